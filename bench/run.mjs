// Compares leat with the real dlt, and with programs that know what comes and keep no promise: all do the same work, in turns (a b c a b c ...), each run in a process of its own.
// usage: npm run bench -- [--runs N] [--only w1|w4|w5|w7|w8] [--size N]... [--documents N] [--rows N] [--keys N] [--resources N] [--postgres URL]
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ensureDocuments } from "./documents.mjs";
import { report } from "./report.mjs";

const { values: options } = parseArgs({
  options: {
    runs: { type: "string" },
    only: { type: "string" },
    // How many times the usual size, of W1, W5 and W8; several are measured one after the other.
    size: { type: "string", multiple: true, default: ["1", "5"] },
    documents: { type: "string", default: "100000" },
    rows: { type: "string", default: "1000000" },
    keys: { type: "string", default: "100000" },
    resources: { type: "string", default: "200" },
    postgres: { type: "string" },
  },
});
const root = join(import.meta.dirname, "..");
const side = (name) => join(import.meta.dirname, name);

if (process.env.LEAT_DIST === undefined) execFileSync("npm", ["run", "--silent", "build"], { cwd: root, stdio: "inherit" });
const python = execFileSync("bash", [join(root, "scripts/python-env.sh")], {
  encoding: "utf8",
  stdio: ["ignore", "pipe", "inherit"],
}).trim();

const node = (name, ...parameters) => [process.execPath, side(name), ...parameters.map(String)];
const dlt = (name, ...parameters) => [python, side(name), ...parameters.map(String)];
const sizes = options.size.map(Number);
const runsOf = (usual) => Number(options.runs ?? usual);
/** Runs that take long are done less often. */
const fewer = (usual, size) => (size === 1 ? runsOf(usual) : Math.ceil(runsOf(usual) / 3));

const workloads = [
  ...sizes.map((size) => {
    const documents = Number(options.documents) * size;
    return {
      name: "w1",
      title: `W1: ${documents} nested documents into DuckDB`,
      phases: ["whole run"],
      runs: fewer(3, size),
      sides(folder) {
        const path = join(import.meta.dirname, "data", `documents-${documents}.jsonl`);
        ensureDocuments(path, documents);
        return {
          "leat, bytes": node("w1-leat.mjs", "bytes", path, folder),
          "leat, objects": node("w1-leat.mjs", "objects", path, folder),
          dlt: dlt("w1_dlt.py", "best", path, folder),
          "dlt, default": dlt("w1_dlt.py", "default", path, folder),
          "DuckDB, SQL by hand": node("w1-sql.mjs", path, folder),
          "Node, only parses": node("w1-node.mjs", path),
        };
      },
    };
  }),
  ...["duckdb", "postgres"].flatMap((kind) =>
    ["rows", "arrow"].map((input) => ({
      name: "w4",
      title: `W4: ${Number(options.rows) / 10} rows merged into ${options.rows}, ${input} into ${kind === "duckdb" ? "DuckDB" : "Postgres"}`,
      phases: ["merge"],
      runs: runsOf(3),
      sides(folder) {
        const parameters = [kind === "duckdb" ? kind : postgresUrl(), input, options.rows, folder];
        return { leat: node("w4-leat.mjs", ...parameters), dlt: dlt("w4_dlt.py", ...parameters) };
      },
    })),
  ),
  ...sizes.map((rows) => ({
    name: "w5",
    title: `W5: ${rows === 1 ? "one row" : `${rows} rows`} and a changed state into DuckDB`,
    phases: ["first run", "second run"],
    runs: fewer(9, rows),
    sides: (folder) => ({
      leat: node("w5-leat.mjs", folder, rows),
      dlt: dlt("w5_dlt.py", folder, rows),
      "Node and DuckDB": node("w5-node.mjs", folder, rows),
    }),
  })),
  {
    name: "w7",
    title: `W7: 100 changes to a state of ${options.keys} keys`,
    phases: ["first run", "second run"],
    runs: runsOf(5),
    sides: (folder) => ({ leat: node("w7-leat.mjs", options.keys, folder), dlt: dlt("w7_dlt.py", options.keys, folder) }),
    outcome: (folder) => JSON.parse(readFileSync(join(folder, "pipelines", "w7", "state.json"), "utf8"))._version_hash,
  },
  ...sizes.map((size) => {
    const resources = Number(options.resources) * size;
    return {
      name: "w8",
      title: `W8: ${resources} resources of 100 rows into DuckDB`,
      phases: ["first run", "second run"],
      runs: fewer(3, size),
      sides: (folder) => ({
        leat: node("w8-leat.mjs", resources, folder),
        dlt: dlt("w8_dlt.py", "insert_values", resources, folder),
        "dlt, Parquet": dlt("w8_dlt.py", "parquet", resources, folder),
        "Node and DuckDB": node("w8-node.mjs", resources, folder),
      }),
    };
  }),
].filter(({ name }) => options.only === undefined || options.only === name);

const results = [];
let text = "";
for (const { title, phases, runs, sides, outcome } of workloads) {
  const measured = {};
  for (let run = 1; run <= runs; run += 1) {
    // The folder is not known before; which sides there are does not hang on it.
    for (const name of Object.keys(sides(tmpdir()))) {
      const folder = mkdtempSync(join(tmpdir(), "bench-"));
      measured[name] ??= phases.map(() => []);
      try {
        phases.forEach((phase, index) => {
          const result = { ...measure(sides(folder)[name]), outcome: outcome?.(folder) };
          measured[name][index].push(result);
          console.error(`${title}, ${phase} ${run} of ${runs}, ${name}: ${result.wallSeconds.toFixed(2)} s`);
        });
      } finally {
        rmSync(folder, { recursive: true });
      }
    }
  }
  checkSameWork(measured);
  results.push({ title, phases, measured });
  // What is measured is not lost when somebody stops it.
  text = report(results, machine());
  writeFileSync(join(import.meta.dirname, "RESULTS.md"), text);
}
console.log(`\n${text}`);

/** Of the server that is named, or of one that is started now, and ends with this process. */
function postgresUrl() {
  if (options.postgres === undefined) {
    const script = join(root, "scripts/postgres-env.sh");
    options.postgres = execFileSync("bash", [script, "start"], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }).trim();
    process.on("exit", () => execFileSync("bash", [script, "stop", options.postgres]));
  }
  return options.postgres;
}

/** Runs a command to its end: what it took, and what it printed as its last line. */
function measure([program, ...parameters]) {
  const usage = join(mkdtempSync(join(tmpdir(), "bench-usage-")), "usage.json");
  try {
    const { status, stdout } = spawnSync(python, [join(import.meta.dirname, "measure.py"), usage, program, ...parameters], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (status !== 0) throw new Error(`${program} ${parameters.join(" ")} ended with status ${status}.`);
    return { ...JSON.parse(readFileSync(usage, "utf8")), ...JSON.parse(stdout.trim().split("\n").at(-1)) };
  } finally {
    rmSync(join(usage, ".."), { recursive: true });
  }
}

/** A comparison of programs that do different work would say nothing. */
function checkSameWork(measured) {
  for (const [phase] of Object.values(measured)[0].entries()) {
    const results = Object.entries(measured).flatMap(([name, phases]) => (isLessWork(name) ? [] : phases[phase]));
    const rowCounts = new Set(results.map((result) => JSON.stringify(rowsOfUser(result.rowCounts))));
    if (rowCounts.size > 1) throw new Error(`The sides loaded different rows: ${[...rowCounts].join(" and ")}`);
    const outcomes = new Set(results.map((result) => result.outcome));
    if (outcomes.size > 1) throw new Error(`The sides ended with different states, their hashes are ${[...outcomes].join(" and ")}`);
  }
}

function isLessWork(name) {
  return name === "Node, only parses";
}

function rowsOfUser(rowCounts) {
  return Object.entries(rowCounts)
    .filter(([table]) => !table.startsWith("_dlt"))
    .sort();
}

function machine() {
  return {
    cores: availableParallelism(),
    load: loadavg()[0],
    node: process.version,
    versions: execFileSync(
      python,
      [
        "-c",
        "import platform, dlt, duckdb; print(f'Python {platform.python_version()}, dlt {dlt.__version__}, duckdb {duckdb.__version__}')",
      ],
      { encoding: "utf8", env: { ...process.env, RUNTIME__DLTHUB_TELEMETRY: "false" } },
    ).trim(),
  };
}
