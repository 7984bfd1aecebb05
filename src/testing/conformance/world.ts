import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { processConfigEnvironment } from "../../config/config-environment.ts";
import { resolveConfig } from "../../config/resolve.ts";
import type { Capabilities } from "../../destination-kit/capabilities.ts";
import type {
  CommitResult,
  DestinationContract,
  JobObserver,
  LoadSession,
  OpenContext,
  PackagePlan,
} from "../../destination-kit/contract.ts";
import { openPipeline } from "../../pipeline/pipeline.ts";
import type { PipelineOptions } from "../../pipeline/pipeline-options.ts";
import type { OpenedPipeline } from "../../pipeline/pipeline-type.ts";
import type { DataType } from "../../schema/data-type.ts";
import { removeFolder, temporaryFolder } from "../temporary-folder.ts";
import { canonical } from "./canonical.ts";
import type { ConformanceOptions } from "./conformance-options.ts";

/** Commits a package: what a session does, or what a case puts in its place. */
export type Commit = (plan: PackagePlan, observe: JobObserver | undefined) => Promise<CommitResult>;
/** In place of a commit; `commit` is that of the destination, on a session of its own. */
export type Instead = (commit: Commit, plan: PackagePlan, observe: JobObserver | undefined) => Promise<CommitResult>;

export type Columns = Readonly<Record<string, DataType>>;

/** What one case works with: the destination, a dataset of its own, and machines to run pipelines on. */
export class ConformanceWorld {
  readonly options: ConformanceOptions;
  readonly destination: DestinationContract;
  readonly datasetName: string = `conformance_${randomBytes(4).toString("hex")}`;
  readonly #folder = temporaryFolder();

  constructor(destination: DestinationContract, options: ConformanceOptions) {
    this.destination = destination;
    this.options = options;
  }

  get capabilities(): Capabilities {
    return this.destination.capabilities;
  }

  /** A new object for the pipeline `name` on a machine; another machine knows nothing of it. */
  pipeline({ machine = "one", ...options }: PipelineOptions & { readonly machine?: string } = {}): OpenedPipeline {
    const { destination, datasetName } = this;
    const pipelinesDir = join(this.#folder, machine);
    return openPipeline({
      name: "conformance",
      destination,
      datasetName,
      progress: "none",
      load: { maxRetries: 0 },
      ...options,
      pipelinesDir,
    });
  }

  /** The same destination, with something else in place of its commit. */
  instead(instead: Instead): DestinationContract {
    const { destination } = this;
    const open = async (context: OpenContext): Promise<LoadSession> => {
      const session = await destination.open(context);
      const commit: Commit = (plan, observe) => session.commitPackage(plan, observe);
      return withMember(session, "commitPackage", (plan: PackagePlan, observe?: JobObserver) => instead(commit, plan, observe));
    };
    return withMember(destination, "open", open);
  }

  /** A session on a dataset, closed when `work` is done. */
  async session<T>(work: (session: LoadSession) => Promise<T>, datasetName: string = this.datasetName): Promise<T> {
    const session = await this.destination.open(this.context(datasetName));
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  }

  context(datasetName: string = this.datasetName): OpenContext {
    const environment = processConfigEnvironment();
    const { name } = this.destination;
    return {
      pipelineName: "conformance",
      datasetName,
      workingDir: join(this.#folder, "one", "conformance"),
      cwd: this.#folder,
      config: (spec, overrides) =>
        resolveConfig(spec, { environment, overrides, sections: ["destination", name], pipelineName: "conformance" }),
    };
  }

  /** The rows of a table with these columns, each value as text. In no order. */
  async rows(table: string, columns: Columns): Promise<Record<string, string | null>[]> {
    const found = await this.#read(table);
    return found.map((row) =>
      Object.fromEntries(Object.entries(columns).map(([name, dataType]) => [name, canonical(dataType, row[name])])),
    );
  }

  /** Fails unless the table has just these rows. */
  async expectRows(table: string, columns: Columns, expected: readonly { readonly [column: string]: unknown }[]): Promise<void> {
    const wanted = expected.map((row) =>
      Object.fromEntries(Object.entries(columns).map(([name, dataType]) => [name, canonical(dataType, row[name])])),
    );
    assert.deepEqual(inOrder(await this.rows(table, columns)), inOrder(wanted), `the rows of \`${table}\``);
  }

  /** The ids in a table of rows `{ id }`, in order; none when there is no such table. */
  async ids(table: string): Promise<number[]> {
    return (await this.rows(table, { id: "bigint" })).map(({ id }) => Number(id)).toSorted((one, other) => one - other);
  }

  async close(): Promise<void> {
    await this.destination.close?.();
    removeFolder(this.#folder);
  }

  async #read(table: string): Promise<readonly { readonly [column: string]: unknown }[]> {
    const { destination, datasetName, options } = this;
    if (options.read !== undefined) return await options.read({ destination, datasetName, table });
    return await this.session(async (session) => {
      const isThere = (await session.columnsOf([table])).has(table);
      return isThere ? await session.query(`SELECT * FROM ${session.qualifiedName(table)}`) : [];
    });
  }
}

/** The same object, whatever it is made of, with one function in place of its own. */
function withMember<T extends object>(object: T, name: keyof T, instead: unknown): T {
  // Not a proxy of the object itself: it may be frozen.
  return new Proxy({} as T, {
    has: (_, member) => member in object,
    get(_, member) {
      if (member === name) return instead;
      const value: unknown = Reflect.get(object, member, object);
      return typeof value === "function" ? value.bind(object) : value;
    },
  });
}

function inOrder<Row>(rows: readonly Row[]): Row[] {
  return rows.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}

/** What a call throws, of a failed step its cause. Fails when it throws nothing. */
export async function thrownBy(call: () => unknown, what: string): Promise<{ readonly code?: string; readonly message: string }> {
  try {
    await call();
  } catch (error) {
    const { code, cause } = error as { readonly code?: string; readonly cause?: unknown };
    return (code === "step-failed" ? cause : error) as { readonly code?: string; readonly message: string };
  }
  return assert.fail(`${what}: nothing was thrown`);
}
