/** What a value is, for a message about a wrong one: `an object`, `a number`, `null`. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
