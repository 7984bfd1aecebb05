import { crashPoint } from "../../core/crash-point.ts";
import { DriverFailure } from "../../core/driver-failure.ts";
import { CancelledError, InternalError, LeatError } from "../../core/errors.ts";
import type { Capabilities } from "../capabilities.ts";
import type {
  CommitResult,
  JobObserver,
  JobProgress,
  LoadSession,
  PackagePlan,
  ReadOptions,
  SqlConnection,
  StoredSchema,
  StoredState,
} from "../contract.ts";
import { LoadJobFailedError } from "../errors.ts";
import type { LoadJob } from "../load-job.ts";
import { refuseFormats } from "../refuse-formats.ts";
import { destinationError } from "../sql/failure.ts";
import { withoutSql } from "../without-sql.ts";
import { inParallel } from "./in-parallel.ts";
import type { JobTarget, JobWork, PackageRecords } from "./job-target.ts";
import { noRecords } from "./no-records.ts";

export interface JobSessionParts {
  /** Name of the destination, for errors. */
  readonly destination: string;
  readonly capabilities: Capabilities;
  readonly target: JobTarget;
  /** So many jobs at once. */
  readonly workers: number;
}

/** A load session over a place that takes files one by one. */
export class JobSession implements LoadSession {
  readonly #parts: JobSessionParts;
  readonly #records: PackageRecords;
  readonly #sql: SqlConnection;

  constructor(parts: JobSessionParts) {
    this.#parts = parts;
    this.#records = parts.target.records ?? noRecords;
    this.#sql = parts.target.sql ?? withoutSql(parts.destination);
  }

  readState(pipelineName: string): Promise<StoredState | undefined> {
    return this.#telling(() => this.#records.readState(pipelineName));
  }

  readStates(pipelineName: string): Promise<readonly StoredState[]> {
    return this.#telling(() => this.#records.readStates(pipelineName));
  }

  readSchema(schemaName: string): Promise<StoredSchema | undefined> {
    return this.#telling(() => this.#records.readSchema(schemaName));
  }

  datasetExists(): Promise<boolean> {
    return this.#telling(() => this.#records.datasetExists());
  }

  tableNames(): Promise<readonly string[]> {
    return this.#telling(() => this.#records.tableNames());
  }

  columnsOf(tables: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    return this.#telling(() => this.#records.columnsOf(tables));
  }

  hasLoad(loadId: string): Promise<boolean> {
    return this.#telling(() => this.#records.hasLoad(loadId));
  }

  /** Not in one step: rows are there before the package counts. */
  commitPackage(plan: PackagePlan, observe?: JobObserver): Promise<CommitResult> {
    return this.#telling(() => this.#commit(plan, observe));
  }

  query<Row>(sql: string, parameters?: readonly unknown[], options?: ReadOptions): Promise<Row[]> {
    return this.#telling(() => this.#sql.query<Row>(sql, parameters, options));
  }

  async *batches<Row>(sql: string, parameters?: readonly unknown[], rows?: number, options?: ReadOptions): AsyncGenerator<Row[]> {
    try {
      yield* this.#sql.batches<Row>(sql, parameters, rows, options);
    } catch (error) {
      throw destinationError(error, this.#parts.destination);
    }
  }

  execute(sql: string, parameters?: readonly unknown[]): Promise<{ readonly rowCount: number }> {
    return this.#telling(() => this.#sql.execute(sql, parameters));
  }

  transaction<T>(work: (client: SqlConnection) => Promise<T>): Promise<T> {
    return this.#telling(() => this.#sql.transaction(work));
  }

  qualifiedName(table: string): string {
    return this.#sql.qualifiedName(table);
  }

  close(): Promise<void> {
    return this.#parts.target.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #commit(asked: PackagePlan, observe: JobObserver | undefined): Promise<CommitResult> {
    const { destination, capabilities, target, workers } = this.#parts;
    refuseFormats({ destination, capabilities }, asked.jobs);
    if (asked.mayBeCommitted && (await this.#records.hasLoad(asked.loadId))) return { appliedUpdate: {} };
    const plan = await this.#reconciled(asked);
    const appliedUpdate = (await target.prepare?.(plan)) ?? {};
    crashPoint("load:prepared");
    const waiting = await this.#waiting(plan, observe);
    await inParallel(inLanes(waiting, target), workers, async (lane, signal) => {
      for (const job of lane) {
        signal.throwIfAborted();
        observe?.started(job);
        await this.#load(job, { plan, table: tableOf(plan, job), progress: observe?.progressOf?.(job) ?? newProgress(), signal });
        crashPoint("load:job-stored");
        observe?.completed(job);
      }
    });
    crashPoint("load:before-record");
    await target.complete?.(plan);
    crashPoint("load:after-commit");
    return { appliedUpdate };
  }

  /** In the order of the plan. */
  async #waiting(plan: PackagePlan, observe: JobObserver | undefined): Promise<readonly LoadJob[]> {
    const { target, workers } = this.#parts;
    const stored = new Set(plan.jobs.filter((job) => observe?.isCompleted?.(job) === true));
    await inParallel([...stored], workers, async (job) => {
      if ((await target.isStored?.(job, plan)) === false) stored.delete(job);
    });
    return plan.jobs.filter((job) => !stored.has(job));
  }

  async #reconciled(plan: PackagePlan): Promise<PackagePlan> {
    if (plan.reconcile === undefined) return plan;
    const [state, schema] = [await this.#records.readState(plan.pipelineName), await this.#records.readSchema(plan.schema.name)];
    return plan.reconcile({ state, schema });
  }

  async #load(job: LoadJob, work: JobWork): Promise<void> {
    const { destination, target } = this.#parts;
    try {
      await target.load(job, work);
    } catch (error) {
      if (error instanceof LoadJobFailedError || error instanceof CancelledError) throw error;
      const isKnown = error instanceof DriverFailure;
      throw new LoadJobFailedError(error instanceof Error ? error.message : String(error), {
        destination,
        loadId: work.plan.loadId,
        job,
        cause: isKnown ? error.cause : error,
        retryable: (isKnown || LeatError.is(error)) && error.retryable,
        isPartial: true,
      });
    }
  }

  async #telling<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw destinationError(error, this.#parts.destination);
    }
  }
}

function inLanes(jobs: readonly LoadJob[], { laneOf = ({ jobId }) => jobId }: JobTarget): readonly (readonly LoadJob[])[] {
  const lanes = new Map<string, LoadJob[]>();
  for (const job of jobs) {
    const lane = laneOf(job);
    const known = lanes.get(lane);
    if (known === undefined) lanes.set(lane, [job]);
    else known.push(job);
  }
  return [...lanes.values()];
}

function tableOf({ schema }: PackagePlan, job: LoadJob): JobWork["table"] {
  const table = Object.hasOwn(schema.tables, job.table) ? schema.tables[job.table] : undefined;
  if (table === undefined) throw new InternalError(`Table \`${job.table}\` has a job but no schema.`);
  return table;
}

/** Where nobody keeps it. */
function newProgress(): JobProgress {
  let done = 0;
  return {
    get done() {
      return done;
    },
    advance(to) {
      done = to;
    },
  };
}
