import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { type Pipeline, pipeline, type RunOptions } from "../../src/index.ts";
import { tempDir } from "../temp-dir.ts";
import { runPython } from "./python.ts";
import { newFolder } from "./side-by-side.ts";

type Options = RunOptions<never>;

/** What an argument of run() does to the second run: the same options in both languages. */
interface Case {
  readonly python: string;
  readonly options: (folder: string) => Options;
  /** Where the rows are then, if not in `data`. */
  readonly dataset?: string;
  /** Of the second database. */
  readonly isElsewhere?: boolean;
  readonly isRefused?: boolean;
}

const cases: { readonly [argument: string]: Case } = {
  "(none)": { python: "", options: () => ({}) },
  tableName: { python: 'table_name="renamed"', options: () => ({ tableName: "renamed" }) },
  writeDisposition: { python: 'write_disposition="replace"', options: () => ({ writeDisposition: "replace" }) },
  columns: { python: 'columns={"extra": {"data_type": "text"}}', options: () => ({ columns: { extra: { dataType: "text" } } as never }) },
  primaryKey: {
    python: 'primary_key="id", write_disposition="merge"',
    options: () => ({ primaryKey: "id" as never, writeDisposition: "merge" }),
  },
  schemaContract: {
    python: 'schema_contract={"columns": "discard_value"}',
    options: () => ({ schemaContract: { columns: "discard_value" } }),
  },
  "schemaContract freeze": {
    python: 'schema_contract={"columns": "freeze"}',
    options: () => ({ schemaContract: { columns: "freeze" } }),
    isRefused: true,
  },
  loaderFileFormat: { python: 'loader_file_format="jsonl"', options: () => ({ loaderFileFormat: "jsonl" }) },
  "loaderFileFormat unknown": {
    python: 'loader_file_format="nope"',
    options: () => ({ loaderFileFormat: "nope" as never }),
    isRefused: true,
  },
  // Others are for destinations that know them: dlt passes over them on DuckDB, leat refuses them.
  tableFormat: { python: 'table_format="native"', options: () => ({ tableFormat: "native" }) },
  refresh: { python: 'refresh="drop_data"', options: () => ({ refresh: "drop_data" }) },
  datasetName: { python: 'dataset_name="other"', options: () => ({ datasetName: "other" }), dataset: "other" },
  credentials: {
    python: 'destination="duckdb", credentials="second.duckdb"',
    options: (folder) => ({ destination: "duckdb", credentials: join(folder, "second.duckdb") }),
    isElsewhere: true,
  },
  destination: {
    python: 'destination=dlt.destinations.duckdb("second.duckdb")',
    options: (folder) => ({ destination: duckdb(join(folder, "second.duckdb")) }),
    isElsewhere: true,
  },
};

/** Of the second run: id 1 comes again, with a new column. */
const second = [{ id: 1, name: "b", extra: 5 }];

interface Made {
  readonly isRefused: boolean;
  readonly tables: { readonly [table: string]: readonly unknown[][] };
}

const script = `
import dlt, json, duckdb
cases = json.loads(input())
made = {}
for number, (name, case) in enumerate(cases.items()):
    def database(kind): return f"{kind}_{number}.duckdb"
    p = dlt.pipeline(f"p{number}", destination=dlt.destinations.duckdb(database("first")), dataset_name="data", pipelines_dir="pipelines")
    p.run([{"id": 1, "name": "a"}, {"id": 2, "name": "a"}], table_name="items")
    code = case["python"].replace("second.duckdb", database("second"))
    if "table_name" not in code: code = 'table_name="items", ' + code
    refused = False
    try:
        eval(f'p.run([{{"id": 1, "name": "b", "extra": 5}}], {code})')
    except Exception:
        refused = True
    connection = duckdb.connect(database("second" if case["isElsewhere"] else "first"))
    dataset = case["dataset"]
    tables = [row[0] for row in connection.execute("select table_name from information_schema.tables where table_schema = ? and table_name not like '\\\\_dlt%' escape '\\\\' order by 1", [dataset]).fetchall()]
    columns = lambda table: [row[0] for row in connection.execute("select column_name from information_schema.columns where table_schema = ? and table_name = ? and column_name not like '\\\\_dlt%' escape '\\\\' order by ordinal_position", [dataset, table]).fetchall()]
    made[name] = {"isRefused": refused, "tables": {table: [columns(table)] + [list(row) for row in connection.execute(f"select {', '.join(columns(table))} from {dataset}.{table} order by all").fetchall()] for table in tables}}
    connection.close()
print(json.dumps(made))
`;

async function madeByLeat(argument: string, folder: string): Promise<Made> {
  const { options, dataset = "data", isElsewhere = false } = cases[argument]!;
  const database = (kind: string): string => join(folder, `${kind}.duckdb`);
  const open = (path: string, datasetName: string): Pipeline =>
    pipeline({ name: "p", destination: duckdb(path), datasetName, pipelinesDir: join(folder, "pipelines"), progress: "none" });
  const p = open(database("first"), "data");
  await p.run(
    [
      { id: 1, name: "a" },
      { id: 2, name: "a" },
    ],
    { tableName: "items" },
  );
  let isRefused = false;
  try {
    await p.run(second as [], { tableName: "items", ...options(folder) } as Options);
  } catch {
    isRefused = true;
  }
  return { isRefused, tables: await tablesOf(open(database(isElsewhere ? "second" : "first"), dataset), dataset) };
}

async function tablesOf(p: Pipeline, dataset: string): Promise<Made["tables"]> {
  await using sql = p.sqlClient();
  const own = (column: string): string => `${column} NOT LIKE '\\_dlt%' ESCAPE '\\'`;
  const names = async (query: string): Promise<string[]> => (await sql.query<{ name: string }>(query)).map(({ name }) => name);
  const made: Record<string, unknown[][]> = {};
  for (const table of await names(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = '${dataset}' AND ${own("table_name")} ORDER BY 1`,
  )) {
    const columns = await names(
      `SELECT column_name AS name FROM information_schema.columns WHERE table_schema = '${dataset}' AND table_name = '${table}' AND ${own("column_name")} ORDER BY ordinal_position`,
    );
    const rows = await sql.query(`SELECT ${columns.join(", ")} FROM ${dataset}.${table} ORDER BY ALL`);
    made[table] = [columns, ...rows.map((row) => Object.values(row))];
  }
  return made;
}

describe("each argument of run() changes the result as in dlt", () => {
  let theirs: { readonly [argument: string]: Made };

  const folder = newFolder();

  beforeAll(async () => {
    const path = join(folder, "run_arguments.py");
    writeFileSync(path, script);
    const plan = Object.entries(cases).map(([name, { python, dataset = "data", isElsewhere = false }]) => [
      name,
      { python, dataset, isElsewhere },
    ]);
    theirs = JSON.parse(await runPython(path, JSON.stringify(Object.fromEntries(plan)), folder)) as typeof theirs;
  }, 120_000);

  test.each(Object.keys(cases))("%s", async (argument) => {
    const mine = await madeByLeat(argument, tempDir());
    expect(mine.isRefused).toBe(cases[argument]!.isRefused ?? false);
    expect(mine).toEqual(theirs[argument]);
  });

  test("each but the refused ones makes a difference, or says another way to the same", () => {
    const plain = JSON.stringify(theirs["(none)"]!.tables);
    const same = Object.keys(cases).filter((argument) => JSON.stringify(theirs[argument]!.tables) === plain);
    expect(same).toEqual(["(none)", "loaderFileFormat", "tableFormat"]);
  });
});
