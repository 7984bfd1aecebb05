import { crashPoint } from "../../core/crash-point.ts";
import { LeatError } from "../../core/errors.ts";
import type { JobTarget, JobWork, LoadJob, PackagePlan } from "../../destination-kit/index.ts";
import { ConnectionError, LoadJobFailedError, UnsupportedError } from "../../destination-kit/index.ts";
import type { TableSchema } from "../../schema/document.ts";
import { isSystemTable, stateTableName } from "../../schema/system-tables.ts";
import { batchesOf } from "./batches.ts";
import { type CallOptions, callFunction } from "./call-function.ts";
import type { CustomDestinationOptions } from "./options.ts";

/** What a function that takes rows gets with each batch. */
export interface CustomDestinationContext<Config> {
  /** The table as its schema has it, with the columns that the rows have: also what the table says about writing, such as `write_disposition`. */
  readonly table: TableSchema;
  readonly loadId: string;
  /** The same each time when this batch is sent again: a key by which the other side can tell. */
  readonly batchId: string;
  /** What `config` of the options asks for. */
  readonly config: Config;
  /** Fires when the run is cancelled, or the time of this call is over. */
  readonly signal: AbortSignal;
}

/** The function as the destination calls it, with rows or a path. */
export type LoadFunction = (rows: never, context: CustomDestinationContext<never>) => unknown;

export interface FunctionTargetOptions extends CallOptions {
  readonly name: string;
  readonly load: LoadFunction;
  readonly config: unknown;
  readonly batchSize: number;
  readonly skipDltColumns: boolean;
  readonly loaderParallelismStrategy: CustomDestinationOptions["loaderParallelismStrategy"] | undefined;
}

/** Hands files to a function, batch by batch. Once a call has resolved its batch is noted in the package, and is never sent again. */
export function functionTarget(options: FunctionTargetOptions): JobTarget {
  const { skipDltColumns, loaderParallelismStrategy: strategy } = options;
  return {
    ...(strategy === "table-sequential" ? { laneOf: (job: LoadJob) => job.table } : {}),
    async load(job, work) {
      if (skipDltColumns && isSystemTable(job.table)) return;
      const table = skipDltColumns ? withoutSystemColumns(work.table) : work.table;
      await (options.batchSize === 0 ? sendFile(options, job, { ...work, table }) : sendRows(options, job, { ...work, table }));
    },
    async complete(plan) {
      if (!skipDltColumns && plan.state !== undefined && options.batchSize > 0) await sendState(options, plan, plan.state);
    },
    close: async () => {},
  };
}

function withoutSystemColumns(table: TableSchema): TableSchema {
  const own = Object.entries(table.columns).filter(([name]) => !isSystemTable(name));
  return { ...table, columns: Object.fromEntries(own) };
}

async function sendRows(options: FunctionTargetOptions, job: LoadJob, work: JobWork): Promise<void> {
  const { progress, signal, table } = work;
  for await (const rows of batchesOf(job, { table, size: options.batchSize, skip: progress.done })) {
    signal.throwIfAborted();
    const end = progress.done + rows.length;
    await send(options, job, { work, input: rows, part: String(progress.done), what: `Rows ${progress.done + 1} to ${end}` });
    crashPoint("load:batch-sent");
    progress.advance(end);
  }
}

async function sendFile(options: FunctionTargetOptions, job: LoadJob, work: JobWork): Promise<void> {
  const { done } = work.progress;
  if (done === wholeFile) return;
  if (done > 0)
    throw new UnsupportedError(
      `${done} rows of it were handed over as rows, and a path would bring them again. Finish the package with the \`batchSize\` that it began with.`,
      { destination: options.name },
    );
  await send(options, job, { work, input: job.path, part: "file", what: "The file" });
  crashPoint("load:batch-sent");
  work.progress.advance(wholeFile);
}

/** More than any file has rows: who goes on with rows finds none left. */
const wholeFile: number = Number.POSITIVE_INFINITY;

interface Batch {
  readonly work: JobWork;
  readonly input: unknown;
  readonly part: string;
  /** For the error. */
  readonly what: string;
}

async function send(options: FunctionTargetOptions, job: LoadJob, { work, input, part, what }: Batch): Promise<void> {
  const { name: destination, load, config } = options;
  const { plan, table } = work;
  const { loadId } = plan;
  const context = { table, loadId, batchId: `${loadId}.${job.jobId}.${part}`, config };
  try {
    await callFunction((signal) => load(input as never, { ...context, signal } as never), options);
  } catch (error) {
    if (LeatError.is(error) && error.code === "cancelled") throw error;
    const reason = `${what}: ${error instanceof Error ? error.message : String(error)}`;
    throw new LoadJobFailedError(reason, { destination, loadId, job, cause: error, retryable: mayPass(error), isPartial: true });
  }
}

/** Nobody knows what the function met, so it is tried again, unless the error says that this does not help. */
function mayPass(error: unknown): boolean {
  const isObject = typeof error === "object" && error !== null;
  return !(isObject && "retryable" in error && error.retryable === false);
}

/** The row of the state is final only now, and has no file. */
async function sendState(options: FunctionTargetOptions, plan: PackagePlan, state: NonNullable<PackagePlan["state"]>): Promise<void> {
  const { name: destination, load, config } = options;
  const { loadId, schema } = plan;
  const context = { table: schema.tables[stateTableName], loadId, batchId: `${loadId}.${stateTableName}`, config };
  try {
    await callFunction((signal) => load([{ ...state }] as never, { ...context, signal } as never), options);
  } catch (error) {
    if (LeatError.is(error) && error.code === "cancelled") throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConnectionError(`\`${destination}\` did not take the row of the pipeline's state: ${reason}`, {
      destination,
      cause: error,
      retryable: mayPass(error),
    });
  }
}
