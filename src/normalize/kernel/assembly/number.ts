// Numbers of JSON. What comes out is what `parseJson` gives: an integer, a double that is integral by chance, any other double, or something rare.
import { slowNumber } from "./host";

/** An integer of 64 bits. */
export const isInteger: u32 = 0;
/** Written as a double, with an integral or infinite value. */
export const isIntegralDouble: u32 = 1;
export const isDouble: u32 = 2;
/** A number whose digits matter beyond those of a double (it is marked), or an integer beyond 64 bits. */
export const isRare: u32 = 3;

export let numberKind: u32 = 0;
export let integer: i64 = 0;
/** Of an integer, too. */
export let double: f64 = 0;

const powersOfTen: usize = memory.data<f64>([
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
]);
const exactPowers: i32 = 22;
const exactIntegers: u64 = 1 << 53;
/** That many digits fit into 64 bits without a sign. */
const maxDigits: usize = 19;

/** Reads the number at `begin` and gives the place behind it; 0 when it is none of JSON's. */
export function readNumber(begin: usize): usize {
  let at = begin;
  const isNegative = load<u8>(at) === 0x2d;
  if (isNegative) at += 1;
  const first = at;
  let digits: u64 = 0;
  for (let digit = digitAt(at); digit <= 9; digit = digitAt(at)) {
    digits = digits * 10 + digit;
    at += 1;
  }
  let count = at - first;
  if (count === 0 || (count > 1 && load<u8>(first) === 0x30)) return 0;
  let next = load<u8>(at);
  if (next !== 0x2e && (next | 32) !== 0x65) return endInteger(at, digits, count, isNegative);
  let exponent: i32 = 0;
  if (next === 0x2e) {
    at += 1;
    const point = at;
    for (let digit = digitAt(at); digit <= 9; digit = digitAt(at)) {
      digits = digits * 10 + digit;
      at += 1;
    }
    if (at === point) return 0;
    count += at - point;
    exponent = -(<i32>(at - point));
    next = load<u8>(at);
  }
  let isMarked = false;
  if ((next | 32) === 0x65) {
    at += 1;
    const sign = load<u8>(at);
    const hasSign = sign === 0x2b || sign === 0x2d;
    if (hasSign) at += 1;
    isMarked = hasSign && load<u32>(at) === 0x30303030;
    const start = at;
    let size: i32 = 0;
    for (let digit = digitAt(at); digit <= 9; digit = digitAt(at)) {
      if (size < 100_000) size = size * 10 + <i32>digit;
      at += 1;
    }
    if (at === start) return 0;
    exponent += sign === 0x2d ? -size : size;
  }
  if (isMarked) {
    numberKind = isRare;
    return at;
  }
  if (count <= maxDigits && digits <= exactIntegers && exponent >= -exactPowers && exponent <= exactPowers) {
    // Both are exact, so that the one operation rounds right.
    const size = <f64>digits;
    const exact = exponent < 0 ? size / powerOfTen(-exponent) : size * powerOfTen(exponent);
    double = isNegative ? -exact : exact;
  } else double = slowNumber(begin, at);
  numberKind = trunc(double) === double ? isIntegralDouble : isDouble;
  return at;
}

function endInteger(at: usize, digits: u64, count: usize, isNegative: bool): usize {
  const limit: u64 = isNegative ? 0x8000_0000_0000_0000 : 0x7fff_ffff_ffff_ffff;
  if (count > maxDigits || digits > limit) {
    numberKind = isRare;
    return at;
  }
  numberKind = isInteger;
  integer = isNegative ? -(<i64>digits) : <i64>digits;
  double = isNegative ? -(<f64>digits) : <f64>digits;
  return at;
}

function digitAt(at: usize): u32 {
  return <u32>load<u8>(at) - 0x30;
}

function powerOfTen(exponent: i32): f64 {
  return load<f64>(powersOfTen + ((<usize>exponent) << 3));
}
