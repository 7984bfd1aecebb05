import { readRowBatches } from "../../formats/json-row-batches.ts";
import type { TableSchema } from "../../schema/document.ts";
import { completeColumns } from "../../schema/table.ts";
import { UnsupportedError } from "../errors.ts";
import type { LoadJob } from "../load-job.ts";
import { rowReader } from "./row-values.ts";

/**
 * The rows of a job file in the format `jsonl`, in their order and in batches of about a megabyte: every column of the table in each row, `null` where it has no
 * value. Integers beyond 2^53 are bigint, decimals Decimal, timestamps Timestamp, bytes Uint8Array, JSON what it says. Throws UnsupportedError for other formats.
 */
export async function* jobRows(
  job: Pick<LoadJob, "path" | "format">,
  table: TableSchema,
): AsyncGenerator<readonly Record<string, unknown>[], void> {
  if (!lineFormats.has(job.format))
    throw new UnsupportedError(`jobRows() reads jsonl files; \`${job.path}\` is ${job.format}. Leave that out of \`loaderFileFormats\`.`, {
      destination: "jobRows()",
    });
  const read = rowReader(completeColumns(table));
  for await (const rows of readRowBatches(job.path)) yield rows.map(read);
}

const lineFormats: ReadonlySet<string> = new Set(["jsonl", "typed-jsonl"]);
