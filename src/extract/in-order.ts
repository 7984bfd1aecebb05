import type { Breathe } from "./breather.ts";

/** Calls one after the other; a promise only from the first call on that gave one, or from the first breath. */
export function forEachInOrder<T>(values: readonly T[], call: (value: T) => void | Promise<void>, breathe: Breathe): void | Promise<void> {
  for (let i = 0; i < values.length; i += 1) {
    const pause = call(values[i]!) ?? breathe();
    if (pause !== undefined) return goOn(pause, values, i + 1, call, breathe);
  }
}

async function goOn<T>(
  pause: Promise<void>,
  values: readonly T[],
  from: number,
  call: (value: T) => void | Promise<void>,
  breathe: Breathe,
): Promise<void> {
  await pause;
  for (let i = from; i < values.length; i += 1) {
    const next = call(values[i]!) ?? breathe();
    if (next !== undefined) await next;
  }
}

const sliceLength = 1000;

/** As `forEachInOrder`, for slices of a long list. */
export function forEachSlice<T>(
  values: readonly T[],
  call: (slice: readonly T[]) => void | Promise<void>,
  breathe: Breathe,
): void | Promise<void> {
  if (values.length <= sliceLength) return call(values);
  const starts = Array.from({ length: Math.ceil(values.length / sliceLength) }, (_, index) => index * sliceLength);
  return forEachInOrder(
    starts,
    (start) => call(values.slice(start, start + sliceLength)),
    () => breathe(sliceLength),
  );
}
