const minInt64 = -(2n ** 63n);
export const maxInt64: bigint = 2n ** 63n - 1n;

export function isInt64(value: bigint): boolean {
  return value >= minInt64 && value <= maxInt64;
}

/** The same integer as a number, if a number holds it exactly. */
export function compactInteger(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
