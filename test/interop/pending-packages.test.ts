import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { Decimal, type Pipeline, PlainDate, pipeline, resource } from "../../src/index.ts";
import { tempDir } from "../temp-dir.ts";
import { runPython } from "./python.ts";

/** Writes state, and a row with values that JSON has no type for. */
const docs = resource("docs", function* ({ state }) {
  state["n"] = 1;
  yield [
    {
      id: 1,
      made: new Date(0),
      amount: new Decimal("1.50"),
      day: PlainDate.from("2024-02-29"),
      bytes: new Uint8Array([1, 2]),
      tags: ["a", "é"],
      o: { x: 1.5 },
    },
  ];
});

const script = `
import dlt, datetime, decimal, json
plan = json.loads(input())
p = dlt.pipeline("mixed", destination=dlt.destinations.duckdb(plan["database"]), dataset_name="data", pipelines_dir="pipelines")
@dlt.resource(name="docs")
def docs():
    dlt.current.resource_state()["n"] = 1
    yield [{"id": 1, "made": datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc), "amount": decimal.Decimal("1.50"),
            "day": datetime.date(2024, 2, 29), "bytes": bytes([1, 2]), "tags": ["a", "é"], "o": {"x": 1.5}}]
for step in plan["steps"]:
    if step == "extract": p.extract(docs, loader_file_format=plan.get("format"))
    if step == "normalize": p.normalize()
    if step == "load": p.load()
print(json.dumps(p.state["sources"]))
`;

describe("a package that waits", () => {
  const columns = "id, made::VARCHAR AS made, amount::VARCHAR AS amount, day::VARCHAR AS day, hex(bytes) AS bytes, o__x";
  const loaded = [
    [{ id: 1, made: "1970-01-01 00:00:00+00", amount: "1.500000000", day: "2024-02-29", bytes: "0102", o__x: 1.5 }],
    [{ value: "a" }, { value: "é" }],
    { mixed: { resources: { docs: { n: 1 } } } },
  ];

  test("extracted by leat, its typed-jsonl files are normalized and loaded by dlt", async () => {
    const { open, dlt, content } = place();
    await open().extract(docs);
    expect(JSON.parse(await dlt({ steps: ["normalize", "load"] }))).toEqual(loaded[2]);
    expect(await content()).toEqual(loaded);
  });

  test.each(["parquet", "insert_values"] as const)("normalized by leat as %s, it is loaded by dlt", async (format) => {
    const { open, dlt, content } = place();
    await open().extract(docs);
    await open().normalize({ loaderFileFormat: format });
    await dlt({ steps: ["load"] });
    expect(await content()).toEqual(loaded);
  });

  test("extracted by dlt, it is normalized and loaded by leat", async () => {
    const { open, dlt, content } = place();
    await dlt({ steps: ["extract"] });
    await open().normalize();
    await open().load();
    expect(await content()).toEqual(loaded);
  });

  test.each(["parquet", "insert_values"])("normalized by dlt as %s, it is loaded by leat, and the next run goes on", async (format) => {
    const { open, dlt, content } = place();
    await dlt({ steps: ["extract", "normalize"], format });
    const info = await open().run();
    expect(info.rowCounts).toEqual({});
    expect(info.toString()).toMatch(/ {2}docs +rows not counted\n {2}docs__tags +rows not counted\n/);
    expect(await content()).toEqual(loaded);
    await open().run(docs);
    expect((await content())[0]).toHaveLength(2);
  });

  function place() {
    const folder = tempDir();
    const path = join(folder, "steps.py");
    writeFileSync(path, script);
    const database = join(folder, "docs.duckdb");
    const destination = duckdb(database);
    const open = (): Pipeline =>
      pipeline({ name: "mixed", destination, datasetName: "data", pipelinesDir: join(folder, "pipelines"), progress: "none" });
    return {
      open,
      dlt: (plan: object): Promise<string> => runPython(path, JSON.stringify({ ...plan, database }), folder),
      content: async (): Promise<readonly unknown[]> => {
        await using sql = open().sqlClient();
        await sql.execute("SET TimeZone = 'UTC'");
        const rows = await sql.query<object>(`SELECT ${columns} FROM docs`);
        return [rows, await sql.query<object>("SELECT value FROM docs__tags ORDER BY _dlt_list_idx"), open().state.sources];
      },
    };
  }
});
