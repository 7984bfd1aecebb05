import type { ConfigOf, ConfigOverrides, ConfigSpec } from "../config/field.ts";
import type { ResultColumn } from "../core/result-column.ts";
import type { SchemaDocument } from "../schema/document.ts";
import type { SchemaUpdate } from "../schema/update.ts";
import type { StateRow } from "../state/state-row.ts";
import type { Capabilities } from "./capabilities.ts";
import type { LoadJob } from "./load-job.ts";

/** Where rows go. Opaque to users; authors of destinations implement `DestinationContract`. */
export interface Destination<out Type extends string = string> {
  /** What it is: `duckdb`, `postgres`, `sqlite`, … */
  readonly type: Type;
  /** Its name in config and state; default the type. */
  readonly name: string;
  /** Version of the contract, so that an old destination fails with words. */
  readonly "~destination": 1;
}

/** What a destination is to the steps of a load. */
export interface DestinationContract<Type extends string = string> extends Destination<Type> {
  /** What it can do; the steps plan by it. */
  readonly capabilities: Capabilities;
  /** What dlt calls this destination in state documents: `dlt.destinations.duckdb`. */
  readonly dltType: string;
  /** Where the data is, for people: a path or a host, no secrets. Looks up config, opens nothing. */
  describe(context: OpenContext): Promise<string>;
  /** Connects. Creates the database when there is none, but no dataset. Throws ConnectionError. */
  open(context: OpenContext): Promise<LoadSession>;
  /** A value as it is written into a statement that people look at; undefined where the usual form will do: ISO 8601 for times, `\x00ff` for bytes. */
  literal?(value: unknown): string | undefined;
  /** The condition that a SQL expression is a decimal which the database does not compare as a number. Left out where it compares all of them. */
  incomparableDecimal?(expression: string): string;
  /** Lets go of what is kept between sessions, such as a database in memory. */
  close?(): Promise<void>;
}

/** What a destination is told when it is asked to connect. */
export interface OpenContext {
  /** The pipeline that connects. */
  readonly pipelineName: string;
  /** The dataset as the user names it; a destination may have rules for names. */
  readonly datasetName: string;
  /** The dataset that keeps the state of the pipeline, committed together with rows of the other. Default `datasetName`. */
  readonly stateDatasetName?: string | undefined;
  /** The folder of the pipeline on this machine. */
  readonly workingDir: string;
  /** Relative paths start here. */
  readonly cwd: string;
  /** A database that is not there is not created: open throws ConnectionError. */
  readonly mustExist?: boolean;
  /** So many jobs may be loaded at once, where jobs are loaded one by one. Default 20. */
  readonly loadWorkers?: number | undefined;
  /** False: a database stores each table, with what is nested in it, in a transaction of its own. Default true. */
  readonly atomic?: boolean | undefined;
  /** The run was cancelled: a file that is loaded in parts may end between two of them. */
  readonly signal?: AbortSignal | undefined;
  /** Looks up settings of this destination in the sections `destination` and its name. A group `credentials` inside the spec is looked up as dlt does. */
  readonly config: <Spec extends ConfigSpec>(spec: Spec, overrides: ConfigOverrides<Spec>) => Promise<ConfigOf<Spec>>;
}

/** How the result of a query is to be read. */
export interface ReadOptions {
  /** Columns of integers are bigint, small values too. */
  readonly integers?: "bigint" | undefined;
  /** Called with the columns of the result before its first rows come; also when none come. */
  readonly onColumns?: ((columns: readonly ResultColumn[]) => void) | undefined;
}

/** Plain SQL in the destination's dialect; a table without a dataset is one of this dataset. Values are exact: unsafe integers are bigint, decimals Decimal, timestamps Timestamp. */
export interface SqlConnection {
  /** All rows, as objects by the names of columns. Placeholders are those of the dialect. */
  query<Row = Record<string, unknown>>(sql: string, parameters?: readonly unknown[], options?: ReadOptions): Promise<Row[]>;
  /** The same rows in batches of about `rows` (default 10,000), in bounded memory. The connection is busy until the end. */
  batches<Row = Record<string, unknown>>(
    sql: string,
    parameters?: readonly unknown[],
    rows?: number,
    options?: ReadOptions,
  ): AsyncIterable<Row[]>;
  /** A statement that changes something; `rowCount`: how many rows it changed. */
  execute(sql: string, parameters?: readonly unknown[]): Promise<{ readonly rowCount: number }>;
  /** Commits when `work` resolves, rolls back when it throws. Throws UnsupportedError where there are no transactions. */
  transaction<T>(work: (client: SqlConnection) => Promise<T>): Promise<T>;
  /** The table's full, quoted name. */
  qualifiedName(table: string): string;
}

/** One connection to one dataset. All names come in as the schema's naming convention made them. */
export interface LoadSession extends SqlConnection, AsyncDisposable {
  /** The newest state of the pipeline whose load succeeded; undefined when there is none, also without table or dataset. */
  readState(pipelineName: string): Promise<StoredState | undefined>;
  /** All states of the pipeline whose load succeeded, the newest first; empty when there is none, also without table or dataset. */
  readStates(pipelineName: string): Promise<readonly StoredState[]>;
  /** The newest stored version of a schema; undefined when there is none, also without table or dataset. */
  readSchema(schemaName: string): Promise<StoredSchema | undefined>;
  /** Values of entries of `_leat_keyed_state` that are there, by key; empty also without table or dataset. For destinations whose capabilities say `keyedState`. */
  readKeyedState?(pipelineName: string, name: string, keys: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Whether the dataset is there, with or without tables. */
  datasetExists(): Promise<boolean>;
  /** The names of all tables of the dataset, in order; empty also without dataset. Views are not among them. */
  tableNames(): Promise<readonly string[]>;
  /** The columns of those of the tables that exist, by the name that was asked for. */
  columnsOf(tables: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  /** True when that package was committed. */
  hasLoad(loadId: string): Promise<boolean>;
  /**
   * Stores a package in one transaction: tables and columns, truncates, jobs, `_dlt_version`, `_dlt_loads`.
   * Rows of a root table that the schema has with the write disposition `merge`, and all that is nested in them, are merged as its hints say.
   * When it resolves everything is durable and visible; when it throws nothing is.
   */
  commitPackage(plan: PackagePlan, observe?: JobObserver): Promise<CommitResult>;
  /** Begins to store a package that is not whole yet. For destinations whose capabilities say `early`. */
  beginPackage?(): Promise<EarlyPackage>;
  /** Ends the connection. */
  close(): Promise<void>;
}

/** A package whose rows go into the transaction that stores it in the end, while others are still to come. The session does nothing else meanwhile. */
export interface EarlyPackage {
  /**
   * Adds rows to tables of the schema that are appended to, with the tables and columns that they need. When it throws nothing of the package is stored, and it
   * is to be stored as any other.
   */
  add(schema: SchemaDocument, jobs: readonly LoadJob[]): Promise<void>;
  /**
   * Stores the package as `commitPackage` does; the rows of the jobs that `isAdded` says are there. Undefined: it could not, for whatever reason, nothing of
   * it is stored, and it is to be stored as any other. Throws where that is not known.
   */
  commit(plan: PackagePlan, isAdded: (job: LoadJob) => boolean, observe?: JobObserver): Promise<CommitResult | undefined>;
  /** Nothing of it stays. */
  rollback(): Promise<void>;
}

/** A row of `_dlt_pipeline_state`. */
export interface StoredState {
  /** Counts the changes of the state. */
  readonly version: number;
  /** Layout of the document in `blob`. */
  readonly engineVersion: number;
  /** Whose state it is. */
  readonly pipelineName: string;
  /** The column `state` as it stands; `state/` decodes it. */
  readonly blob: string;
  /** Digest of the content; undefined where dlt stored none. */
  readonly versionHash: string | undefined;
  /** When it was taken, in microseconds since 1970 (UTC). */
  readonly createdAtMicros: number;
  /** The load package that brought it. */
  readonly loadId: string;
}

/** A row of `_dlt_version`. */
export interface StoredSchema {
  /** Counts the changes of the schema. */
  readonly version: number;
  /** Layout of the document in `json`. */
  readonly engineVersion: number;
  /** Which schema it is a version of. */
  readonly schemaName: string;
  /** Digest of the content. */
  readonly versionHash: string;
  /** When it was stored, in microseconds since 1970 (UTC). */
  readonly insertedAtMicros: number;
  /** The schema document as JSON text, decompressed; `schema/` parses and migrates it. */
  readonly json: string;
}

/** All that one load package does in a dataset, in one commit. */
export interface PackagePlan {
  /** The load package. */
  readonly loadId: string;
  /** The pipeline that loads it. */
  readonly pipelineName: string;
  /** The schema that it needs; its version is stored with the package. */
  readonly schema: SchemaDocument;
  /** Tables with jobs, and those whose columns must be up to date; parents first. System tables need not be named. */
  readonly tables: readonly string[];
  /** Tables to empty before the jobs. One that does not exist yet is passed over. */
  readonly truncate: readonly string[];
  /** Tables to drop. When there are any, all stored versions of this schema go too, and one new version is written. */
  readonly drop: readonly string[];
  /** In the order in which they load. */
  readonly jobs: readonly LoadJob[];
  /** When the package was made, microseconds since 1970. */
  readonly createdAtMicros: number;
  /** Time of `_dlt_version` and `_dlt_loads` rows, microseconds since 1970. */
  readonly insertedAtMicros: number;
  /** Stored with the package. Its load id may be newer than that of the package, and gets a load record of its own then. No job loads it. */
  readonly state?: (StateRow & { readonly _dlt_id: string }) | undefined;
  /** An earlier attempt may be in the middle of its commit: when its load record is there by the time nobody else can commit, nothing is done. */
  readonly mayBeCommitted?: boolean;
  /** So many states of the pipeline stay, the newest; older rows go in the same transaction. Undefined: all. */
  readonly keepStateVersions?: number | undefined;
  /** Names an entry of `_leat_keyed_state`, and says which keys of it the state refers to: all others of the pipeline go in the same transaction. Undefined: none goes. */
  readonly liveEntries?: { readonly name: string; readonly keys: () => readonly string[] } | undefined;
  /** Rows that wait in a dataset of their own before they go into their tables do not stay there. Default false. */
  readonly truncateStaging?: boolean | undefined;
  /** True: the session is closed when this is stored. Default false: it may store another package. */
  readonly isLast?: boolean;
  /**
   * Several pipelines may write one dataset at once. Called when nobody else can commit any more, with what is stored at that moment: gives the plan to
   * go by. Throws StateConflictError, TypeConflictError. Without it the package is stored as it is.
   */
  readonly reconcile?: (heads: StoredHeads) => PackagePlan;
}

/** What others may have committed since the package was extracted. */
export interface StoredHeads {
  /** The newest state of the pipeline. */
  readonly state: StoredState | undefined;
  /** The newest version of the package's schema. */
  readonly schema: StoredSchema | undefined;
}

/** Is told how the jobs of a commit go on. */
export interface JobObserver {
  /** Its rows are on their way. */
  started(job: LoadJob): void;
  /** Its rows are in the transaction, not yet durable; where there is none (`commit: "record"`), they are stored. */
  completed(job: LoadJob): void;
  /** Where there is no transaction: an earlier attempt has stored it. */
  isCompleted?(job: LoadJob): boolean;
  /** Where there is no transaction: what an earlier attempt has stored of it. */
  progressOf?(job: LoadJob): JobProgress;
}

/** How far a job came that is loaded in parts. It is kept in the package. */
export interface JobProgress {
  /** As `advance` was told last, in this attempt or an earlier one; 0 at the begin. */
  readonly done: number;
  /** Durable when it returns. */
  advance(done: number): void;
}

/** What a commit did. */
export interface CommitResult {
  /** Tables and columns that were created, without columns that existed. */
  readonly appliedUpdate: SchemaUpdate;
}
