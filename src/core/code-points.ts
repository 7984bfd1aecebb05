/** Orders texts by their code points, as Python and UTF-8 bytes do; `<` compares UTF-16 units, which puts U+1F600 before U+FB01. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Sorts keys in place by code points. */
export function sortCodePoints(keys: string[]): string[] {
  return keys.some((key) => !ascii.test(key) && surrogate.test(key)) ? keys.sort(compareCodePoints) : keys.sort();
}

const ascii = /^[\x20-\x7e]*$/;
const surrogate = /[\ud800-\udfff]/;

/** Surrogates stand for code points above all others. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
