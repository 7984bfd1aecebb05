import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
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

/** Runs a script in a Python that has dlt, and an extra package. It gets `input` and runs in `folder`; gives what it prints. */
export async function runPython(script: string, input: string, folder: string, extra?: keyof typeof extraPackages): Promise<string> {
  const python = await pathFrom("python-env.sh");
  const env = extra === undefined ? {} : { PYTHONPATH: await pathFrom("python-packages.sh", extra, ...extraPackages[extra]) };
  return await output(python, [script], input, folder, env);
}

/** The path that a script prints last. */
async function pathFrom(script: string, ...args: string[]): Promise<string> {
  return (await output("bash", [join(scripts, script), ...args], "", process.cwd())).trim().split("\n").at(-1)!;
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

/** Runs a program in `folder`, where it finds no settings of anyone's, and gives what it prints. */
function output(
  program: string,
  args: readonly string[],
  input: string,
  cwd: string,
  settings: { readonly PYTHONPATH?: string } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ...settings, DLT_DATA_DIR: cwd, PYTHONWARNINGS: "ignore" };
    const child = execFile(program, args, { cwd, env, maxBuffer: 1 << 30 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${program} failed: ${stderr.trim() || error.message}`, { cause: error }));
    });
    // A program that ends without reading says why by its exit code.
    child.stdin!.on("error", () => {});
    child.stdin!.end(input);
  });
}
