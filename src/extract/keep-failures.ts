import { isPromise, keepFailure } from "./rows.ts";

/** Promises inside of rows that are refused may fail later, when nobody looks: that must not end the process. */
export function keepFailures(rows: readonly unknown[]): void {
  const seen = new Set<unknown>(rows);
  for (const value of seen) {
    if (isPromise(value)) keepFailure(value);
    else for (const member of membersOf(value)) seen.add(member);
  }
}

function membersOf(value: unknown): Iterable<unknown> {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return [];
  if (value instanceof Map || value instanceof Set) return value.values();
  try {
    return Object.values(value);
  } catch {
    // A getter.
    return [];
  }
}
