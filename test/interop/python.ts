import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { encodeJson } from "../../src/core/json.ts";
import {
  type Case,
  datasetName,
  dltContract,
  dltDrop,
  dltHints,
  dltIncremental,
  isDrop,
  type Names,
  type Place,
  pipelineName,
  type Run,
  rowLines,
} from "./plan.ts";
import { type PythonServer, startPythonServer } from "./python-server.ts";

/** What dlt made of a case. */
export interface DltReport {
  /** The traceback, when a run failed. */
  readonly error: string | null;
  /** Typed JSON of the pipeline's state, without `_local`. */
  readonly state: string | null;
  readonly schemas: readonly string[];
  /** Python's `repr` of every value in the state, by its path from `sources` on. */
  readonly values: { readonly [path: string]: string };
  /** The hash in the state, and the one that dlt computes from it. */
  readonly hashes: readonly string[];
}

const scripts = fileURLToPath(new URL("../../scripts/", import.meta.url));
const driver = fileURLToPath(new URL("./load_with_dlt.py", import.meta.url));

/** Loads cases with dlt, one after another in one process. A failed case is a report; throws when Python itself fails. */
export async function loadWithDlt(
  cases: readonly ({ readonly case: Case; readonly place: Place } & Names)[],
  folder: string,
): Promise<DltReport[]> {
  const plan = { cases: cases.map((one, index) => planOf(one, join(folder, `rows-${index}`))) };
  return JSON.parse(await runPython(driver, JSON.stringify(plan), folder, extraFor(cases.map(({ place }) => place)))) as DltReport[];
}

function extraFor(places: readonly Place[]): keyof typeof extraPackages | undefined {
  if (places.some(({ database }) => database.endsWith(".db"))) return "sqlalchemy";
  return places.some(({ database }) => database.startsWith("s3:")) ? "s3" : undefined;
}

/** Packages that dlt takes when they are there. Only the scripts that ask for them have them. */
const extraPackages = { pydantic: ["pydantic==2.12.5"], sqlalchemy: ["sqlalchemy>=2,<2.1", "alembic"], s3: ["s3fs==2026.9.0"] } as const;

const servers = new Map<string, Promise<PythonServer>>();

/** dlt rests after each step. */
const withoutPauses = { NORMALIZE__RUN_SLEEP: "0", LOAD__RUN_SLEEP: "0" };

/** Runs a script in a Python that has dlt, and an extra package. It gets `input` and runs in `folder`, where it finds no settings of anyone's; gives what it prints. */
export async function runPython(script: string, input: string, folder: string, extra?: keyof typeof extraPackages): Promise<string> {
  const key = extra ?? "";
  if (!servers.has(key)) servers.set(key, startServer(extra));
  const server = await servers.get(key)!;
  return await server.run(script, input, folder, { ...process.env, ...withoutPauses, DLT_DATA_DIR: folder });
}

async function startServer(extra: keyof typeof extraPackages | undefined): Promise<PythonServer> {
  const python = await pathFrom("python-env.sh");
  const env = extra === undefined ? {} : { PYTHONPATH: await pathFrom("python-packages.sh", extra, ...extraPackages[extra]) };
  return startPythonServer(python, { ...env, PYTHONWARNINGS: "ignore" });
}

/** The path that a script prints last. */
async function pathFrom(script: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("bash", [join(scripts, script), ...args]);
  return stdout.trim().split("\n").at(-1)!;
}

function planOf(
  {
    case: { runs, replaceStrategy },
    place,
    pipeline = pipelineName,
    dataset = datasetName,
  }: { readonly case: Case; readonly place: Place } & Names,
  rowFiles: string,
): object {
  return {
    pipeline,
    dataset,
    ...place,
    settings: replaceStrategy === undefined ? {} : { replace_strategy: replaceStrategy },
    runs: runs.map((run, index) => (isDrop(run) ? { drop: dltDrop(run.drop) } : planOfRun(run, `${rowFiles}-${index}`))),
  };
}

function planOfRun(run: Run, rowFiles: string): object {
  return {
    ...run,
    ...(run.schemaContract === undefined ? {} : { schemaContract: dltContract(run.schemaContract) }),
    besides: (run.besides ?? []).map((other, index) => planOfRun(other, `${rowFiles}-besides-${index}`)),
    resources: run.resources.map(({ rows, hints, state, countsRuns = false, incremental, ...resource }, index) => {
      const file = `${rowFiles}-${index}.jsonl`;
      writeFileSync(file, rowLines(rows, resource.isTyped));
      const cursor = incremental === undefined ? {} : { incremental: dltIncremental(incremental) };
      return { ...resource, ...cursor, file, hints: dltHints(hints), countsRuns, state: encodeJson(state ?? {}, { typed: true }) };
    }),
  };
}
