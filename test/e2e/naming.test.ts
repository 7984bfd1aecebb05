import { afterEach, describe, expect, test, vi } from "vitest";
import { ConfigError, type CustomNaming, current, IdentifierError, type Pipeline, resource, source } from "../../src/index.ts";
import { failure, machine, query, tables, values } from "./local-pipeline.ts";

afterEach(() => vi.unstubAllEnvs());

/** Kebab to words, with a mark in front of tables. */
const house: CustomNaming = {
  name: "acme.house_style",
  normalizeIdentifier: (name) => name.toLowerCase().replace(/[^a-z0-9]+/g, "_"),
  normalizeTableIdentifier: (name) => (name.startsWith("t_") ? name : `t_${name}`),
  pathSeparator: "_of_",
  maxLength: 20,
};

const rows = [{ "Order-ID": 1, "A name that is much too long": "x", Lines: [{ SKU: "a" }, { SKU: "b" }], "Bill To": { City: "Rome" } }];

async function columns(p: Pipeline, table: string): Promise<unknown[]> {
  const sql = `SELECT column_name FROM information_schema.columns WHERE table_schema = '${p.datasetName}' AND table_name = '${table}' ORDER BY ordinal_position`;
  return await values(p, sql);
}

describe("a convention of one's own", () => {
  test("names tables, nested tables and columns, in this run and the next, also when they are extracted and loaded apart", async () => {
    const { pipeline } = machine();
    const p = pipeline({ naming: house });
    await p.run(resource("Orders", { primaryKey: "Order-ID", writeDisposition: "merge" }, rows));
    expect(await tables(p)).toEqual(["t_orders", "t_orders_of_lines"]);
    expect(await columns(p, "t_orders")).toEqual([
      "order_id",
      expect.stringMatching(/^a_name.{6,8}oo_long$/),
      "bill_to_of_city",
      "_dlt_load_id",
      "_dlt_id",
    ]);
    expect(await columns(p, "t_orders_of_lines")).toEqual(["sku", "_dlt_root_id", "_dlt_parent_id", "_dlt_list_idx", "_dlt_id"]);
    expect(p.schemas["shop"]?.normalizers.names).toBe("acme.house_style");
    const later = pipeline({ naming: house });
    await later.extract(resource("Orders", { primaryKey: "Order-ID", writeDisposition: "merge" }, [{ "Order-ID": 1, Note: "new" }]));
    await later.normalize();
    await later.load();
    expect(await query(later, "SELECT order_id, note FROM t_orders")).toEqual([{ order_id: 1, note: "new" }]);
    expect(await values(later, "SELECT sku FROM t_orders_of_lines")).toEqual([]);
  });

  test("is missed in words by a pipeline that does not have it, which still reads, shows and drops", async () => {
    const { pipeline } = machine();
    await pipeline({ naming: house }).run(resource("Orders", rows));
    for (const naming of [undefined, "direct" as const, { ...house, name: "other" }]) {
      const without = pipeline(naming === undefined ? {} : { naming });
      const error = await failure(() => without.run(resource("Orders", rows)));
      expect(error).toBeInstanceOf(ConfigError);
      expect(String(error)).toContain("`acme.house_style`");
      expect(String(error)).toContain("`naming`");
    }
    const reading = pipeline();
    expect(await query(reading, "SELECT order_id FROM t_orders")).toEqual([{ order_id: 1 }]);
    await reading.drop("Orders");
    expect(await tables(reading)).toEqual([]);
  });

  test("comes back with the schema on another machine", async () => {
    const { pipeline, wipe } = machine();
    await pipeline({ naming: house }).run(resource("Orders", rows));
    wipe();
    const p = pipeline({ naming: house });
    await p.run(resource("Orders", rows));
    expect(await values(p, "SELECT count(*) FROM t_orders")).toEqual([2]);
    wipe();
    expect(await failure(() => pipeline().run(resource("Orders", rows)))).toBeInstanceOf(ConfigError);
  });

  test("has no say in leat's own tables, nor in the state", async () => {
    const loud: CustomNaming = { name: "loud", normalizeIdentifier: (name) => `C_${name.toUpperCase()}` };
    const counting = () =>
      resource("counts", function* () {
        const state = current.resourceState<{ runs?: number }>();
        state.runs = (state.runs ?? 0) + 1;
        yield { runs: state.runs };
      });
    const { pipeline, wipe } = machine();
    for (let run = 0; run < 3; run++) {
      await pipeline({ naming: loud }).run(counting());
      if (run === 1) wipe();
    }
    const p = pipeline({ naming: loud });
    expect(await values(p, 'SELECT "C_RUNS" FROM "C_COUNTS" ORDER BY 1')).toEqual([1, 2, 3]);
    expect(await columns(p, "_dlt_pipeline_state")).toEqual(expect.arrayContaining(["version", "state", "version_hash", "_dlt_load_id"]));
    expect(await columns(p, "_dlt_pipeline_state")).not.toContainEqual(expect.stringMatching(/^C_/));
    expect(await columns(p, "C_COUNTS")).toEqual(["C_RUNS", "_dlt_load_id", "_dlt_id"]);
  });

  test("holds for new schemas: one that is stored keeps its own", async () => {
    const { pipeline } = machine();
    await pipeline().run(resource("Orders", rows));
    const p = pipeline({ naming: house });
    await p.run([resource("Orders", rows), source("second", () => resource("Parts", rows))()]);
    expect(await tables(p)).toEqual(["orders", "orders__lines", "t_parts", "t_parts_of_lines"]);
  });

  test("is told of names that are not blank, and may refuse them", async () => {
    const seen: string[] = [];
    const strict: CustomNaming = {
      name: "strict",
      normalizeIdentifier(name) {
        seen.push(name);
        return name === "bad" ? "" : name;
      },
    };
    const { pipeline } = machine();
    const error = await failure(() => pipeline({ naming: strict }).run(resource("things", [{ " id ": 1, bad: 2 }])));
    expect(error).toBeInstanceOf(IdentifierError);
    expect(String(error)).toContain('"bad"');
    expect(String(error)).toContain("`strict`");
    expect(seen).toContain("id");
    expect(seen.filter((name) => name.startsWith("_dlt_") || name.trim() !== name)).toEqual([]);
  });

  test.each([
    ["normalizeIdentifier", "bad"],
    ["normalizeTableIdentifier", "things"],
  ] as const)("is named when its %s throws", async (method, word) => {
    const naming: CustomNaming = {
      name: "strict",
      normalizeIdentifier: (name) => name,
      [method](name: string): string {
        if (name === word) throw new Error("Not with us.");
        return name;
      },
    };
    const error = await failure(() =>
      machine()
        .pipeline({ naming })
        .run(resource("things", [{ bad: 1 }])),
    );
    expect(String(error)).toContain(`"${word}" cannot be made by the naming convention \`strict\`: its \`${method}\` threw Not with us.`);
    expect(String(error)).not.toMatch(/\.\.|\(Not with us/);
    const causes = [error, (error as Error).cause, ((error as Error).cause as Error).cause];
    expect(causes.some((cause) => cause instanceof IdentifierError)).toBe(true);
    expect(causes).toContainEqual(new Error("Not with us."));
  });

  test("that does not tell case apart refuses names that differ in it", async () => {
    const naming: CustomNaming = { name: "folding", normalizeIdentifier: (name) => name, isCaseSensitive: false };
    const error = await failure(() =>
      machine()
        .pipeline({ naming })
        .run(resource("things", [{ id: 1, ID: 2 }])),
    );
    expect(error).toBeInstanceOf(IdentifierError);
  });

  test.each([
    [{}, "name"],
    [{ name: "no-dash", normalizeIdentifier: String }, "name"],
    [{ name: "mine.snake_case", normalizeIdentifier: String }, "snake_case"],
    [{ name: "mine" }, "normalizeIdentifier"],
    [{ name: "mine", normalizeIdentifier: String, normalizeTableIdentifier: 1 }, "normalizeTableIdentifier"],
    [{ name: "mine", normalizeIdentifier: String, pathSeparator: " " }, "pathSeparator"],
    [{ name: "mine", normalizeIdentifier: String, isCaseSensitive: "no" }, "isCaseSensitive"],
    [{ name: "mine", normalizeIdentifier: String, maxLength: 3 }, "maxLength"],
    [{ name: "mine", normalizeIdentifier: String, separator: "/" }, "separator"],
    ["s3_tables", "s3_tables"],
    [null, "naming"],
  ])("%j is refused", (naming, word) => {
    expect(() => machine().pipeline({ naming: naming as never })).toThrow(ConfigError);
    expect(() => machine().pipeline({ naming: naming as never })).toThrow(word);
  });
});

test("config names the convention of new schemas: of one source, of all, after what the code says", async () => {
  vi.stubEnv("SCHEMA__NAMING", "duck_case");
  vi.stubEnv("SOURCES__SECOND__SCHEMA__NAMING", "sql_ci_v1");
  const sources = [source("first", () => resource("One-A", [{ "B-C": 1 }]))(), source("second", () => resource("Two-A", [{ "B-C": 1 }]))()];
  const p = machine().pipeline();
  await p.run(sources);
  expect(await tables(p)).toEqual(["One-A", "two_a"]);
  const byCode = machine().pipeline({ naming: "sql_cs_v1" });
  await byCode.run(sources);
  expect(await tables(byCode)).toEqual(["One_A", "Two_A"]);
  vi.stubEnv("SCHEMA__NAMING", "camelCase");
  expect(await failure(() => machine().pipeline().run(sources))).toBeInstanceOf(ConfigError);
});
