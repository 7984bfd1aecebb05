import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { type Pipeline, pipeline, resource, type SchemaContract } from "../../src/index.ts";
import { tempDir } from "../temp-dir.ts";
import { runPython } from "./python.ts";
import { newFolder } from "./side-by-side.ts";

/** One model in both languages, and what its rows make of a table that has rows of it already. */
const model = `
class Item(BaseModel):
    id: int
    name: str
    price: Optional[float] = None
    is_new: bool = False
    at: Optional[datetime.datetime] = None
    address: Optional[Address] = None
    tags: Optional[List[str]] = None
`;

const shape = {
  id: z.int(),
  name: z.string(),
  price: z.number().nullish(),
  is_new: z.boolean().default(false),
  at: z.iso.datetime({ offset: true }).nullish(),
  address: z.object({ zip: z.string() }).nullish(),
  tags: z.array(z.string()).nullish(),
};

/** What dlt's contract for columns does to keys that the model does not know is the schema's own matter here. */
const schemas = {
  evolve: z.looseObject(shape),
  discard_value: z.object(shape),
  freeze: z.strictObject(shape),
  discard_row: z.strictObject(shape),
};

const whole = { id: 1, name: "a", price: 2.5, is_new: true, at: "2024-02-29T12:00:00.25Z", address: { zip: "1" }, tags: ["x"] };
const plain = { id: 2, name: "b" };
const strange = { id: 3, name: "c", more: "?" };
const wrong = { id: 4, name: "d", price: "much" };
const missing = { id: 5 };

interface Case {
  readonly rows: readonly object[];
  /** As in Python; without it there is no contract. */
  readonly contract?: {
    readonly columns?: keyof typeof schemas;
    readonly data_type?: "evolve" | "freeze" | "discard_row" | "discard_value";
  };
  readonly isRefused?: boolean;
}

const cases: { readonly [name: string]: Case } = {
  "rows that fit": { rows: [whole, plain] },
  "without a contract: an unknown key goes": { rows: [strange] },
  "without a contract: a value of another type": { rows: [plain, wrong], isRefused: true },
  "without a contract: a key that is missing": { rows: [missing], isRefused: true },
  "data_type freeze": { rows: [plain, wrong], contract: { data_type: "freeze" }, isRefused: true },
  "data_type discard_row": { rows: [plain, wrong, strange, missing], contract: { columns: "discard_value", data_type: "discard_row" } },
  // With `is_new`: dlt fills in no defaults then, and for a column that is required by now NULL is refused.
  "data_type evolve": {
    rows: [plain, wrong].map((row) => ({ ...row, is_new: true })),
    contract: { columns: "discard_value", data_type: "evolve" },
  },
  "data_type discard_value": { rows: [plain], contract: { data_type: "discard_value" }, isRefused: true },
  "columns evolve": { rows: [plain, strange], contract: { columns: "evolve", data_type: "freeze" } },
  "columns evolve, data_type discard_row": { rows: [wrong, strange], contract: { columns: "evolve", data_type: "discard_row" } },
  "columns discard_value": { rows: [plain, strange], contract: { columns: "discard_value", data_type: "freeze" } },
  "columns discard_row": { rows: [plain, strange], contract: { columns: "discard_row", data_type: "discard_row" } },
  "columns freeze": { rows: [plain, strange], contract: { columns: "freeze", data_type: "freeze" }, isRefused: true },
  "columns freeze, with rows that fit": { rows: [plain], contract: { columns: "freeze", data_type: "freeze" } },
};

interface Made {
  readonly isRefused: boolean;
  /** Name, type, and whether it may be null. */
  readonly columns: readonly unknown[][];
  readonly rows: readonly unknown[][];
}

const columnsQuery =
  "SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_schema = 'data' AND table_name = 'items' ORDER BY 1";

const rowsQuery = (columns: readonly unknown[][]): string =>
  `SELECT ${columns
    .map(([name]) => name)
    .filter((name) => !String(name).startsWith("_dlt"))
    .map((name) => `"${name}"::VARCHAR AS "${name}"`)
    .join(", ")} FROM data.items ORDER BY id`;

const script = `
import sys, json, datetime
plan = json.loads(input())
import dlt, duckdb
from pydantic import BaseModel
from typing import Optional, List
class Address(BaseModel):
    zip: str
${model}
made = {}
for number, (name, case) in enumerate(plan["cases"].items()):
    p = dlt.pipeline(f"p{number}", destination=dlt.destinations.duckdb(f"{number}.duckdb"), dataset_name="data", pipelines_dir="pipelines")
    def run(rows, contract):
        options = {} if contract is None else {"schema_contract": contract}
        p.run(dlt.resource(rows, name="items", columns=Item, **options))
    run(plan["first"], None)
    refused = False
    try:
        run(case["rows"], case.get("contract"))
    except Exception:
        refused = True
    connection = duckdb.connect(f"{number}.duckdb")
    connection.execute("set timezone = 'UTC'")
    columns = [list(row) for row in connection.execute(plan["columns"]).fetchall()]
    names = ", ".join(f'"{name}"::VARCHAR' for name, *_ in columns if not name.startswith("_dlt"))
    rows = [list(row) for row in connection.execute(f"SELECT {names} FROM data.items ORDER BY id").fetchall()]
    connection.close()
    made[name] = {"isRefused": refused, "columns": columns, "rows": rows}
print(json.dumps(made))
`;

describe("a row schema does what a model of pydantic does in dlt", () => {
  let theirs: { readonly [name: string]: Made };
  const folder = newFolder();

  beforeAll(async () => {
    const path = join(folder, "row_schemas.py");
    writeFileSync(path, script);
    const plan = { first: [whole], columns: columnsQuery, cases };
    theirs = JSON.parse(await runPython(path, JSON.stringify(plan), folder, "pydantic")) as typeof theirs;
  }, 300_000);

  test.each(Object.keys(cases))("%s", async (name) => {
    const mine = await madeByLeat(cases[name]!);
    expect(mine.isRefused).toBe(cases[name]!.isRefused ?? false);
    expect(mine).toEqual(theirs[name]);
  });
});

async function madeByLeat({ rows, contract }: Case): Promise<Made> {
  const folder = tempDir();
  const p = pipeline({
    name: "p",
    destination: duckdb(join(folder, "leat.duckdb")),
    datasetName: "data",
    pipelinesDir: folder,
    progress: "none",
  });
  await run(p, [whole], undefined);
  let isRefused = false;
  try {
    await run(p, rows, contract);
  } catch {
    isRefused = true;
  }
  await using sql = p.sqlClient();
  const valuesOf = async (query: string): Promise<unknown[][]> => (await sql.query<object>(query)).map((row) => Object.values(row));
  const columns = await valuesOf(columnsQuery);
  await sql.execute("SET TimeZone = 'UTC'");
  return { isRefused, columns, rows: await valuesOf(rowsQuery(columns)) };
}

async function run(p: Pipeline, rows: readonly object[], contract: Case["contract"]): Promise<void> {
  const { columns = "discard_value", data_type: dataType } = contract ?? {};
  // Of columns only discard_row is left to the contract of leat.
  const schemaContract: SchemaContract = {
    ...(columns === "discard_row" ? { columns } : {}),
    ...(dataType === undefined ? {} : { dataType }),
  };
  const schema = schemas[columns] as typeof schemas.evolve;
  await p.run(resource("items", { schema, schemaContract }, rows as never));
}
