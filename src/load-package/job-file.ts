import { createHash } from "node:crypto";
import { ConfigError } from "../core/errors.ts";
import { fileNameProblem } from "../core/file-name.ts";
import { IdentifierError } from "../schema/naming/identifier.ts";

/** The parts of a job file's name: `<table>.<file id>.<retry>.<format>[.gz]`. A job id is the name without the retry. */
export interface JobFile {
  readonly table: string;
  /** Ten hex digits. Ours begin with four digits that count, so that the order of names is the order of rows. */
  readonly fileId: string;
  readonly retry: number;
  readonly format: string;
  readonly isCompressed: boolean;
}

/** Throws IdentifierError: some naming conventions leave in the name of a table what a file name cannot have. */
export function jobFileName(job: JobFile, platform?: NodeJS.Platform): string {
  const name = `${job.table}.${job.fileId}.${job.retry}.${job.format}${job.isCompressed ? ".gz" : ""}`;
  const problem = fileNameProblem(name, platform);
  if (problem === undefined) return name;
  throw new IdentifierError({
    identifier: job.table,
    problem: `cannot be that of a table: job files are named after their table, and this name ${problem}. Give the table another name with \`tableName\`, or use the naming convention snake_case`,
  });
}

export function jobId(job: JobFile): string {
  return `${job.table}.${job.fileId}.${job.format}${job.isCompressed ? ".gz" : ""}`;
}

/** Undefined when the name is not that of a job file. */
export function parseJobFileName(name: string): JobFile | undefined {
  const match = /^(.+)\.([0-9a-f]{10})\.(\d+)\.([a-z][a-z_-]*)(\.gz)?$/s.exec(name);
  if (match === null) return undefined;
  const [, table, fileId, retry, format, gz] = match;
  return { table: table!, fileId: fileId!, retry: Number(retry), format: format!, isCompressed: gz !== undefined };
}

/** Undefined when the text is no job id. */
export function parseJobId(id: string): Omit<JobFile, "retry"> | undefined {
  const match = /^(.+)\.([0-9a-f]{10})\.([a-z][a-z_-]*)(\.gz)?$/s.exec(id);
  if (match === null) return undefined;
  const [, table, fileId, format, gz] = match;
  return { table: table!, fileId: fileId!, format: format!, isCompressed: gz !== undefined };
}

/** A file id for the nth file of its kind in a package. Deterministic, so that work that is done again gives the same names. */
export function numberedFileId(ordinal: number, salt: string): string {
  if (ordinal > 0xffff)
    throw new ConfigError(
      "A load package has 65,536 files of a kind at most. Raise `file_max_items` or `file_max_bytes` of `[data_writer]`, or commit more often with `commitEvery`.",
    );
  const digest = createHash("sha256").update(salt).digest("hex");
  return ordinal.toString(16).padStart(4, "0").slice(-4) + digest.slice(0, 6);
}

/** The number that a file id of `numberedFileId` begins with. */
export function fileNumber(fileId: string): number {
  return Number.parseInt(fileId.slice(0, 4), 16);
}
