/** Bytes in a statement: in a text that becomes bytes DuckDB wants `\x` before each of them. All else is as everywhere. */
export function duckDbLiteral(value: unknown): string | undefined {
  if (!(value instanceof Uint8Array)) return undefined;
  return `'${Buffer.from(value).toString("hex").replaceAll(/../g, "\\x$&")}'::BLOB`;
}
