/** Rows of cells as lines with aligned columns. */
export function tableText(rows: readonly (readonly string[])[], indent = "  "): string[] {
  const widths: number[] = [];
  // The last cell of a row needs no room to its right.
  for (const row of rows) row.slice(0, -1).forEach((cell, i) => void (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  return rows.map((row) => (indent + row.map((cell, i) => cell.padEnd(i === row.length - 1 ? 0 : widths[i]!)).join("  ")).trimEnd());
}
