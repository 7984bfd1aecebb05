/** The causes of an error, outermost first. */
export function causesOf(error: unknown): unknown[] {
  const causes: unknown[] = [];
  for (let current = error; typeof current === "object" && current !== null && "cause" in current; ) {
    current = current.cause;
    if (current === undefined || causes.includes(current)) break;
    causes.push(current);
  }
  return causes;
}
