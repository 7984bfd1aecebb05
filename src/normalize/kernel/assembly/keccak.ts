// Keccak-f[1600] of two states at a time (FIPS 202): lane i of the one stands in the lower half of word i, that of the other one in the upper half.
// The rounds are written out with a local per lane, since a loop over memory takes three times as long.

const roundConstants: usize = memory.data<u64>([
  0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b, 0x0000000080000001,
  0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
  0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003, 0x8000000000008002, 0x8000000000000080,
  0x000000000000800a, 0x800000008000000a, 0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
]);
const rounds: usize = 24;

function rotate(lanes: v128, by: i32): v128 {
  return v128.or(i64x2.shl(lanes, by), i64x2.shr_u(lanes, 64 - by));
}

/** `a` without those of `b`, which are those of chi: a ^ (~b & c). */
function chi(a: v128, b: v128, c: v128): v128 {
  return v128.xor(a, v128.andnot(c, b));
}

function xor5(a: v128, b: v128, c: v128, d: v128, e: v128): v128 {
  return v128.xor(v128.xor(v128.xor(a, b), v128.xor(c, d)), e);
}

/** `state`: 25 words of 16 bytes. */
export function keccak(state: usize): void {
  let a00 = v128.load(state, 0);
  let a10 = v128.load(state, 16);
  let a20 = v128.load(state, 32);
  let a30 = v128.load(state, 48);
  let a40 = v128.load(state, 64);
  let a01 = v128.load(state, 80);
  let a11 = v128.load(state, 96);
  let a21 = v128.load(state, 112);
  let a31 = v128.load(state, 128);
  let a41 = v128.load(state, 144);
  let a02 = v128.load(state, 160);
  let a12 = v128.load(state, 176);
  let a22 = v128.load(state, 192);
  let a32 = v128.load(state, 208);
  let a42 = v128.load(state, 224);
  let a03 = v128.load(state, 240);
  let a13 = v128.load(state, 256);
  let a23 = v128.load(state, 272);
  let a33 = v128.load(state, 288);
  let a43 = v128.load(state, 304);
  let a04 = v128.load(state, 320);
  let a14 = v128.load(state, 336);
  let a24 = v128.load(state, 352);
  let a34 = v128.load(state, 368);
  let a44 = v128.load(state, 384);
  for (let round: usize = 0; round < rounds; round++) {
    const c0 = xor5(a00, a01, a02, a03, a04);
    const c1 = xor5(a10, a11, a12, a13, a14);
    const c2 = xor5(a20, a21, a22, a23, a24);
    const c3 = xor5(a30, a31, a32, a33, a34);
    const c4 = xor5(a40, a41, a42, a43, a44);
    const d0 = v128.xor(c4, rotate(c1, 1));
    const d1 = v128.xor(c0, rotate(c2, 1));
    const d2 = v128.xor(c1, rotate(c3, 1));
    const d3 = v128.xor(c2, rotate(c4, 1));
    const d4 = v128.xor(c3, rotate(c0, 1));
    const b00 = v128.xor(a00, d0);
    const b13 = rotate(v128.xor(a01, d0), 36);
    const b21 = rotate(v128.xor(a02, d0), 3);
    const b34 = rotate(v128.xor(a03, d0), 41);
    const b42 = rotate(v128.xor(a04, d0), 18);
    const b02 = rotate(v128.xor(a10, d1), 1);
    const b10 = rotate(v128.xor(a11, d1), 44);
    const b23 = rotate(v128.xor(a12, d1), 10);
    const b31 = rotate(v128.xor(a13, d1), 45);
    const b44 = rotate(v128.xor(a14, d1), 2);
    const b04 = rotate(v128.xor(a20, d2), 62);
    const b12 = rotate(v128.xor(a21, d2), 6);
    const b20 = rotate(v128.xor(a22, d2), 43);
    const b33 = rotate(v128.xor(a23, d2), 15);
    const b41 = rotate(v128.xor(a24, d2), 61);
    const b01 = rotate(v128.xor(a30, d3), 28);
    const b14 = rotate(v128.xor(a31, d3), 55);
    const b22 = rotate(v128.xor(a32, d3), 25);
    const b30 = rotate(v128.xor(a33, d3), 21);
    const b43 = rotate(v128.xor(a34, d3), 56);
    const b03 = rotate(v128.xor(a40, d4), 27);
    const b11 = rotate(v128.xor(a41, d4), 20);
    const b24 = rotate(v128.xor(a42, d4), 39);
    const b32 = rotate(v128.xor(a43, d4), 8);
    const b40 = rotate(v128.xor(a44, d4), 14);
    a00 = chi(b00, b10, b20);
    a10 = chi(b10, b20, b30);
    a20 = chi(b20, b30, b40);
    a30 = chi(b30, b40, b00);
    a40 = chi(b40, b00, b10);
    a01 = chi(b01, b11, b21);
    a11 = chi(b11, b21, b31);
    a21 = chi(b21, b31, b41);
    a31 = chi(b31, b41, b01);
    a41 = chi(b41, b01, b11);
    a02 = chi(b02, b12, b22);
    a12 = chi(b12, b22, b32);
    a22 = chi(b22, b32, b42);
    a32 = chi(b32, b42, b02);
    a42 = chi(b42, b02, b12);
    a03 = chi(b03, b13, b23);
    a13 = chi(b13, b23, b33);
    a23 = chi(b23, b33, b43);
    a33 = chi(b33, b43, b03);
    a43 = chi(b43, b03, b13);
    a04 = chi(b04, b14, b24);
    a14 = chi(b14, b24, b34);
    a24 = chi(b24, b34, b44);
    a34 = chi(b34, b44, b04);
    a44 = chi(b44, b04, b14);
    a00 = v128.xor(a00, v128.load64_splat(roundConstants + (round << 3)));
  }
  v128.store(state, a00, 0);
  v128.store(state, a10, 16);
  v128.store(state, a20, 32);
  v128.store(state, a30, 48);
  v128.store(state, a40, 64);
  v128.store(state, a01, 80);
  v128.store(state, a11, 96);
  v128.store(state, a21, 112);
  v128.store(state, a31, 128);
  v128.store(state, a41, 144);
  v128.store(state, a02, 160);
  v128.store(state, a12, 176);
  v128.store(state, a22, 192);
  v128.store(state, a32, 208);
  v128.store(state, a42, 224);
  v128.store(state, a03, 240);
  v128.store(state, a13, 256);
  v128.store(state, a23, 272);
  v128.store(state, a33, 288);
  v128.store(state, a43, 304);
  v128.store(state, a04, 320);
  v128.store(state, a14, 336);
  v128.store(state, a24, 352);
  v128.store(state, a34, 368);
  v128.store(state, a44, 384);
}
