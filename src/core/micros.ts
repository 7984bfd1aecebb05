/** A count of microseconds: a number when it is a safe integer, else a bigint. */
export type Micros = number | bigint;

export const microsPerDay = 86_400_000_000;

/** `days` and `micros` as one count. */
export function joinMicros(days: number, micros: number): Micros {
  const sum = days * microsPerDay + micros;
  return Number.isSafeInteger(sum) ? sum : BigInt(days) * BigInt(microsPerDay) + BigInt(micros);
}

/** The whole days of a count (rounded down) and the microseconds of the day that are left. */
export function splitMicros(micros: Micros): { readonly days: number; readonly micros: number } {
  if (typeof micros === "number") {
    const days = Math.floor(micros / microsPerDay);
    return { days, micros: micros - days * microsPerDay };
  }
  const perDay = BigInt(microsPerDay);
  const rest = ((micros % perDay) + perDay) % perDay;
  return { days: Number((micros - rest) / perDay), micros: Number(rest) };
}

export function compareMicros(a: Micros, b: Micros): -1 | 0 | 1 {
  return a < b ? -1 : a > b ? 1 : 0;
}
