/** An Arrow table or record batch of any Arrow library. */
export interface ArrowData {
  /** Its columns in order. */
  readonly schema: { readonly fields: readonly unknown[] };
  /** How many rows it has. */
  readonly numRows: number;
  /** A column by its place. */
  getChildAt(index: number): unknown;
}

/** True for an Arrow table or record batch; false for a row, also for one with a key `numRows` or `schema`. */
export function isArrowData(item: unknown): item is ArrowData {
  if (typeof item !== "object" || item === null) return false;
  const { numRows, getChildAt, schema } = item as Partial<ArrowData>;
  return typeof numRows === "number" && typeof getChildAt === "function" && Array.isArray(schema?.fields);
}
