import { copyFile, mkdir, readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { field, type SchemaUpdate, type TableSchema } from "leat";
import {
  ConnectionError,
  type Destination,
  type JobTarget,
  jobDestination,
  jobRows,
  minimalCapabilities,
  type OpenContext,
  type PackagePlan,
  type PackageRecords,
  type StoredSchema,
  type StoredState,
} from "leat/destination-kit";

/** Keeps each dataset as a folder of JSON lines. `path` is looked up (`destination.folder.path`) unless it is given. */
export function folder(path?: string): Destination<"folder"> {
  const placeOf = async (context: OpenContext): Promise<string> => {
    const config = await context.config({ path: field.text("The folder that holds the datasets.") }, { path });
    return resolve(context.cwd, config.path, context.datasetName);
  };
  return jobDestination({
    type: "folder",
    dltType: "folder",
    capabilities: { ...minimalCapabilities, loaderFileFormats: ["jsonl"], maxIdentifierLength: 100, readable: false },
    describe: placeOf,
    connect: async (context) => openTarget(await placeOf(context)),
  });
}

/** All rows of a table whose packages count. */
export async function rowsOf(path: string, datasetName: string, table: string): Promise<Record<string, unknown>[]> {
  const place = resolve(path, datasetName);
  const loads = await readLoads(place);
  const schema = loads.map((load) => load.tables[table]).findLast((each) => each !== undefined);
  const rows: Record<string, unknown>[] = [];
  if (schema === undefined) return rows;
  // Rows that came before the table was emptied do not count any more.
  const counting = loads.slice(
    Math.max(
      0,
      loads.findLastIndex((load) => load.emptied.includes(table)),
    ),
  );
  for (const { loadId } of counting)
    for (const name of await filesIn(join(place, "rows", table, loadId)))
      for await (const some of jobRows({ path: join(place, "rows", table, loadId, name), format: "jsonl" }, schema)) rows.push(...some);
  return rows;
}

/** What is known of a package once it counts: the file that is written last. */
interface Load {
  readonly loadId: string;
  /** Tables whose older rows do not count any more. */
  readonly emptied: readonly string[];
  /** The tables of the dataset as they are since then. */
  readonly tables: { readonly [table: string]: TableSchema };
  readonly schema: StoredSchema;
  readonly state: StoredState | undefined;
}

async function openTarget(place: string): Promise<JobTarget> {
  const parent = resolve(place, "..");
  const isFile = await stat(parent)
    .then((found) => !found.isDirectory())
    .catch(() => false);
  if (isFile) throw new ConnectionError(`\`${parent}\` is not a folder. Name another path.`, { destination: "folder" });
  return {
    records: recordsIn(place),
    // Nothing is changed here that others would see: this may be done again, and the package may never count.
    async prepare(plan) {
      await mkdir(join(place, "loads"), { recursive: true });
      return newColumns(plan, await readLoads(place));
    },
    // The same name for the same job: what is loaded twice is there once.
    async load(job, { plan, table }) {
      const files = join(place, "rows", table.name, plan.loadId);
      await mkdir(files, { recursive: true });
      // Reading it finds out whether it is whole.
      for await (const _ of jobRows(job, table));
      await copyFile(job.path, join(files, `${job.jobId}.tmp`));
      await rename(join(files, `${job.jobId}.tmp`), join(files, job.jobId));
    },
    async complete(plan) {
      await writeLoad(place, loadOf(plan, await readLoads(place)));
      await forgetStates(place, plan);
    },
    close: async () => {},
  };
}

function recordsIn(place: string): PackageRecords {
  const states = async (pipelineName: string): Promise<StoredState[]> => {
    const found = (await readLoads(place)).map(({ state }) => state).filter((state) => state !== undefined);
    return found.filter((state) => state.pipelineName === pipelineName).toSorted((one, other) => (one.loadId < other.loadId ? 1 : -1));
  };
  const tables = async (): Promise<Load["tables"]> => (await readLoads(place)).at(-1)?.tables ?? {};
  return {
    readStates: states,
    readState: async (pipelineName) => (await states(pipelineName))[0],
    readSchema: async (name) => (await readLoads(place)).map(({ schema }) => schema).findLast((schema) => schema.schemaName === name),
    datasetExists: async () => (await readLoads(place)).length > 0,
    hasLoad: async (loadId) => (await readLoads(place)).some((load) => load.loadId === loadId),
    tableNames: async () => Object.keys(await tables()).sort(),
    columnsOf: async (names) => {
      const known = await tables();
      return new Map(names.filter((name) => known[name] !== undefined).map((name) => [name, columnsOf(known[name])]));
    },
  };
}

/** Columns without a type are known, but there are no values for them yet. */
function columnsOf(table: TableSchema | undefined): string[] {
  return Object.values(table?.columns ?? {})
    .filter((column) => column.data_type !== undefined)
    .map((column) => column.name);
}

function newColumns({ schema, tables }: PackagePlan, loads: readonly Load[]): SchemaUpdate {
  const known = loads.at(-1)?.tables ?? {};
  const update: Record<string, TableSchema> = {};
  for (const table of tables.map((name) => schema.tables[name]!)) {
    const added = columnsOf(table).filter((name) => !columnsOf(known[table.name]).includes(name));
    if (added.length > 0) update[table.name] = { ...table, columns: Object.fromEntries(added.map((name) => [name, table.columns[name]!])) };
  }
  return update;
}

function loadOf({ loadId, schema, tables, drop, truncate, state, insertedAtMicros }: PackagePlan, loads: readonly Load[]): Load {
  const before = Object.entries(loads.at(-1)?.tables ?? {}).filter(([name]) => !drop.includes(name));
  const { name: schemaName, version, engine_version: engineVersion, version_hash: versionHash } = schema;
  return {
    loadId,
    emptied: [...truncate, ...drop],
    tables: Object.fromEntries([...before, ...tables.map((name) => [name, schema.tables[name]!] as const)]),
    schema: { schemaName, version, engineVersion, versionHash, insertedAtMicros, json: JSON.stringify(schema) },
    state: state && {
      version: state.version,
      engineVersion: state.engine_version,
      pipelineName: state.pipeline_name,
      blob: state.state,
      versionHash: state.version_hash ?? undefined,
      createdAtMicros: state.created_at.getTime() * 1000,
      loadId: state._dlt_load_id,
    },
  };
}

async function forgetStates(place: string, { pipelineName, keepStateVersions }: PackagePlan): Promise<void> {
  const own = (await readLoads(place)).filter(({ state }) => state?.pipelineName === pipelineName);
  if (keepStateVersions === undefined) return;
  for (const load of own.slice(0, -keepStateVersions)) await writeLoad(place, { ...load, state: undefined });
}

/** In one step: who reads the folder sees the file, or does not. */
async function writeLoad(place: string, load: Load): Promise<void> {
  const path = join(place, "loads", `${load.loadId}.json`);
  await writeFile(`${path}.tmp`, JSON.stringify(load));
  await rename(`${path}.tmp`, path);
}

/** In the order in which they came. */
async function readLoads(place: string): Promise<readonly Load[]> {
  const names = (await filesIn(join(place, "loads"))).filter((name) => name.endsWith(".json")).sort();
  return Promise.all(names.map(async (name) => JSON.parse(await readFile(join(place, "loads", name), "utf8")) as Load));
}

async function filesIn(path: string): Promise<string[]> {
  const names = await readdir(path).catch((error: NodeJS.ErrnoException) => (error.code === "ENOENT" ? [] : Promise.reject(error)));
  return names.filter((name) => !name.endsWith(".tmp"));
}
