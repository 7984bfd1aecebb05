import { readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";

/** The statement of an `insert_values` job: a file of dlt's that says `{}` where the table goes. */
export async function insertValuesStatement(table: string, path: string): Promise<string> {
  const bytes = await readFile(path);
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const text = (isGzip ? gunzipSync(bytes) : bytes).toString("utf8");
  return text.replace("{}", () => table);
}
