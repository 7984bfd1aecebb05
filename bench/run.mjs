// Compares leat with the real dlt: both do the same work, in turns (a b a b ...), each run in a process of its own.
// usage: npm run bench -- [--runs N] [--only w1|w4|w5|w7|w8] [--documents N] [--rows N] [--keys N] [--resources N] [--postgres URL]
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

const workloads = [
  {
    name: "w1",
    title: `W1: ${options.documents} nested documents into DuckDB`,
    phases: ["whole run"],
    runs: Number(options.runs ?? 2),
    commands(folder) {
      const path = join(import.meta.dirname, "data", `documents-${options.documents}.jsonl`);
      ensureDocuments(path, Number(options.documents));
      return { leat: [process.execPath, side("w1-leat.mjs"), path, folder], dlt: [python, side("w1_dlt.py"), path, folder] };
    },
  },
  ...["duckdb", "postgres"].flatMap((kind) =>
    ["rows", "arrow"].map((input) => ({
      name: "w4",
      title: `W4: ${Number(options.rows) / 10} rows merged into ${options.rows}, ${input} into ${kind === "duckdb" ? "DuckDB" : "Postgres"}`,
      phases: ["merge"],
      runs: Number(options.runs ?? 3),
      commands(folder) {
        const parameters = [kind === "duckdb" ? kind : postgresUrl(), input, options.rows, folder];
        return { leat: [process.execPath, side("w4-leat.mjs"), ...parameters], dlt: [python, side("w4_dlt.py"), ...parameters] };
      },
    })),
  ),
  {
    name: "w5",
    title: "W5: one row and a changed state into DuckDB",
    phases: ["first run", "second run"],
    runs: Number(options.runs ?? 7),
    commands: (folder) => ({ leat: [process.execPath, side("w5-leat.mjs"), folder], dlt: [python, side("w5_dlt.py"), folder] }),
  },
  {
    name: "w7",
    title: `W7: 100 changes to a state of ${options.keys} keys`,
    phases: ["first run", "second run"],
    runs: Number(options.runs ?? 5),
    commands: (folder) => ({
      leat: [process.execPath, side("w7-leat.mjs"), options.keys, folder],
      dlt: [python, side("w7_dlt.py"), options.keys, folder],
    }),
    outcome: (folder) => JSON.parse(readFileSync(join(folder, "pipelines", "w7", "state.json"), "utf8"))._version_hash,
  },
  ...["insert_values", "parquet"].map((format) => ({
    name: "w8",
    title: `W8: ${options.resources} resources of 100 rows into DuckDB, dlt with ${format}`,
    phases: ["first run", "second run"],
    runs: Number(options.runs ?? 3),
    commands: (folder) => ({
      leat: [process.execPath, side("w8-leat.mjs"), options.resources, folder],
      dlt: [python, side("w8_dlt.py"), format, options.resources, folder],
    }),
  })),
].filter(({ name }) => options.only === undefined || options.only === name);

const results = workloads.map(({ title, phases, runs, commands, outcome }) => {
  const measured = { leat: phases.map(() => []), dlt: phases.map(() => []) };
  for (let run = 1; run <= runs; run += 1) {
    for (const tool of ["leat", "dlt"]) {
      const folder = mkdtempSync(join(tmpdir(), `bench-${tool}-`));
      try {
        phases.forEach((phase, index) => {
          const result = { ...measure(commands(folder)[tool]), outcome: outcome?.(folder) };
          measured[tool][index].push(result);
          console.error(`${title}, ${phase} ${run} of ${runs}, ${tool}: ${result.wallSeconds.toFixed(2)} s`);
        });
      } finally {
        rmSync(folder, { recursive: true });
      }
    }
  }
  checkSameWork(measured);
  return { title, phases, measured };
});

const text = report(results, machine());
console.log(`\n${text}`);
writeFileSync(join(import.meta.dirname, "RESULTS.md"), text);

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

/** A comparison of two programs that do different work would say nothing. */
function checkSameWork({ leat, dlt }) {
  const done = leat.map((_, phase) => [...leat[phase], ...dlt[phase]]);
  for (const results of done) {
    const rowCounts = new Set(results.map((result) => JSON.stringify(Object.entries(result.rowCounts).sort())));
    if (rowCounts.size > 1) throw new Error(`The sides loaded different rows: ${[...rowCounts].join(" and ")}`);
    const outcomes = new Set(results.map((result) => result.outcome));
    if (outcomes.size > 1) throw new Error(`The sides ended with different states, their hashes are ${[...outcomes].join(" and ")}`);
  }
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
