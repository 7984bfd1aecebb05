import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  type ContractViolationError,
  type Pipeline,
  type PipelineEvent,
  resource,
  type SchemaContract,
  type SchemaDocument,
  source,
  withHints,
} from "../../src/index.ts";
import { readFixture, untag } from "../fixtures.ts";
import { failure, localPipeline, machine, query, tables, values } from "./local-pipeline.ts";

const frozenColumns = { columns: "freeze" } as const;

/** A table `a` with the columns `id` and `v`, both integers. */
async function pipelineWithTable(options: Parameters<typeof localPipeline>[0] = {}): Promise<Pipeline> {
  const p = localPipeline(options);
  await p.run([{ id: 1, v: 1 }], { tableName: "a" });
  return p;
}

function violation(error: unknown): ContractViolationError {
  expect(error).toMatchObject({ code: "contract-violation" });
  return error as ContractViolationError;
}

interface ContractCase {
  readonly contract: { readonly tables?: "evolve"; readonly columns?: "evolve"; readonly data_type?: "evolve" };
  readonly results: { readonly [change: string]: string };
  readonly tables: { readonly [table: string]: readonly object[] };
}

describe("the cases that dlt recorded", () => {
  const changes = {
    new_table: ["b", { id: 1 }],
    new_column: ["a", { id: 2, v: 2, n: "x" }],
    variant: ["a", { id: 3, v: "text" }],
    child_table: ["a", { id: 4, v: 4, kids: [1] }],
  } as const;

  test.each(readFixture<readonly ContractCase[]>("schema/contracts.json").map((one) => [JSON.stringify(one.contract), one] as const))(
    "%s",
    async (_, { contract, results, tables: expected }) => {
      const { data_type: dataType, ...others } = contract;
      const schemaContract: SchemaContract = { ...others, ...(dataType === undefined ? {} : { dataType }) };
      const p = await pipelineWithTable();
      for (const [change, [tableName, row]] of Object.entries(changes)) {
        const run = p.run([row], { tableName, schemaContract });
        if (results[change] === "ok") await run;
        else violation(await failure(() => run));
        await p.abortPackages();
      }
      const loaded: Record<string, unknown> = {};
      for (const table of await tables(p)) {
        const columns = Object.keys(expected[String(table)]![0]!);
        const names = columns.map((column) => `"${column}"`).join(", ");
        loaded[String(table)] = await query(p, `SELECT ${names} FROM ${table} ORDER BY 1`);
        const known = p.defaultSchema!.tables[String(table)]!.columns;
        expect(Object.keys(known).filter((column) => !column.startsWith("_dlt"))).toEqual(columns);
      }
      expect(loaded).toEqual(untag(expected));
    },
  );
});

describe("a frozen contract", () => {
  test("names the column, the value, the row and what to do", async () => {
    const p = await pipelineWithTable();
    const rows = [{ id: 2 }, { id: 3, city: "Bonn" }];
    const error = violation(await failure(() => p.run(resource("a", { schemaContract: frozenColumns }, rows))));
    expect(error).toMatchObject({ schemaName: "shop", table: "a", column: "city", value: "Bonn", rowIndex: 1 });
    expect(error.message).toBe(
      'Table `a` refuses new column `city` with the value "Bonn": its contract is `freeze` (row 1). ' +
        'Allow it with schemaContract: { columns: "evolve" } of resource `a`, or of the run.',
    );
  });

  test("names both types of a value that does not fit", async () => {
    const p = await pipelineWithTable();
    const error = violation(await failure(() => p.run([{ id: 2, v: "n/a" }], { tableName: "a", schemaContract: { dataType: "freeze" } })));
    expect(error).toMatchObject({ table: "a", column: "v", value: "n/a", rowIndex: 0 });
    expect(error.message).toContain('a text for column `v`, which is bigint: the value "n/a"');
    expect(error.message).toContain('schemaContract: { dataType: "evolve" }');
  });

  test("gives a date as a date", async () => {
    const p = await pipelineWithTable();
    const at = new Date("2024-05-01T10:00:00Z");
    const error = violation(await failure(() => p.run([{ id: 2, at }], { tableName: "a", schemaContract: frozenColumns })));
    expect(String(error.value)).toContain("2024-05-01");
  });

  test("refuses a new root table before anything is kept", async () => {
    const p = await pipelineWithTable();
    const before = p.state;
    const counts = resource("counts", { schemaContract: { tables: "freeze" } }, function* ({ state }) {
      state["seen"] = true;
      yield [{ n: 1 }];
    });
    const error = violation(await failure(() => p.run(counts)));
    expect(error).toMatchObject({ table: "counts", column: undefined, rowIndex: 0 });
    expect(error.message).toContain(
      'Table `counts` refuses to be created: its contract is `freeze` (row 0). Allow it with schemaContract: { tables: "evolve" }',
    );
    expect(p.hasPendingData).toBe(false);
    expect(p.state).toEqual(before);
  });

  test("refuses a new nested table with the row that brought it", async () => {
    const p = await pipelineWithTable();
    const error = violation(
      await failure(() => p.run([{ id: 2, kids: [{ x: 1 }] }], { tableName: "a", schemaContract: { tables: "freeze" } })),
    );
    expect(error).toMatchObject({ table: "a__kids", value: { x: 1 } });
  });

  test("refuses a column that the code declares for a table that exists", async () => {
    const p = await pipelineWithTable();
    const declared = resource("a", { schemaContract: "freeze", columns: { n: { dataType: "text" } } }, [
      { id: 2 } as { id: number; n?: string },
    ]);
    expect(violation(await failure(() => p.run(declared)))).toMatchObject({ column: "n" });
    expect(p.hasPendingData).toBe(false);
  });

  test.each([
    ["another type", { dataType: "text" }],
    ["a precision", { precision: 32 }],
    ["not nullable", { nullable: false }],
  ] as const)("refuses %s for a column that exists", async (_, v) => {
    const p = await pipelineWithTable();
    const declared = resource("a", { schemaContract: { dataType: "freeze" }, columns: { v } }, [{ id: 2, v: 2 }]);
    expect(violation(await failure(() => p.run(declared))).message).toContain('schemaContract: { dataType: "evolve" }');
  });

  test("takes hints that say nothing new about a column", async () => {
    const p = localPipeline();
    const declared = resource(
      "a",
      { schemaContract: "freeze", columns: { id: { dataType: "bigint", nullable: true }, n: { description: "later" } } },
      [{ id: 1 } as { id: number; n?: string }],
    );
    await p.run(declared.applyHints({ schemaContract: "evolve" }));
    expect((await p.run(declared)).rowCounts["a"]).toBe(1);
  });
});

describe("after a refusal nothing is lost", () => {
  async function refused(contract: SchemaContract = frozenColumns): Promise<Pipeline> {
    const p = await pipelineWithTable();
    violation(await failure(() => p.run(resource("a", { schemaContract: contract }, [{ id: 2, n: 2 }]))));
    expect(p.hasPendingData).toBe(true);
    return p;
  }

  test("the package stays, and fails again as long as the contract says so", async () => {
    const p = await refused();
    violation(await failure(() => p.run()));
    expect(await values(p, "SELECT id FROM a ORDER BY 1")).toEqual([1]);
  });

  test("a contract that is changed in the resource lets it in", async () => {
    const p = await refused();
    await p.run(resource("a", { schemaContract: { columns: "evolve" } }, [{ id: 3, n: 3 }]));
    expect(await query(p, "SELECT id, n FROM a ORDER BY 1")).toEqual([
      { id: 1, n: null },
      { id: 2, n: 2 },
      { id: 3, n: 3 },
    ]);
    expect(p.defaultSchema!.tables["a"]!["schema_contract"]).toEqual({ columns: "evolve" });
  });

  test("so does one of a source, which is stored with the schema", async () => {
    const p = localPipeline();
    const shop = (schemaContract: SchemaContract, ...rows: object[]) => source("shop", { schemaContract }, () => [resource("a", rows)])();
    await p.run(shop("evolve", { id: 1 }));
    violation(await failure(() => p.run(shop("freeze", { id: 2, n: 2 }))));
    await p.run(shop({ tables: "freeze" }, { id: 3 }));
    expect(await values(p, "SELECT n FROM a ORDER BY id")).toEqual([null, 2, null]);
  });

  test("so does one of nested hints", async () => {
    const p = localPipeline();
    const a = (schemaContract: SchemaContract, ...rows: object[]) => resource("a", { nestedHints: { kids: { schemaContract } } }, rows);
    await p.run(a("evolve", { id: 1, kids: [{ x: 1 }] }));
    const error = violation(await failure(() => p.run(a("freeze", { id: 2, kids: [{ x: 2, y: 2 }] }))));
    expect(error.message).toContain("in the nestedHints of resource `a`");
    await p.run(a("evolve", { id: 3 }));
    expect(await values(p, "SELECT y FROM a__kids ORDER BY x")).toEqual([null, 2]);
  });

  test.each([
    ["run()", (p: Pipeline) => p.run(undefined, { schemaContract: "evolve" })],
    ["normalize()", async (p: Pipeline) => [await p.normalize({ schemaContract: "evolve" }), await p.load()]],
  ])("so does one of %s, without any data", async (_, finish) => {
    const p = await refused();
    await finish(p);
    expect(await values(p, "SELECT n FROM a ORDER BY id")).toEqual([null, 2]);
  });

  test("a package may be normalized with less instead", async () => {
    const p = await refused();
    const info = await p.run(undefined, { schemaContract: { columns: "discard_value" } });
    expect(info.discarded).toMatchObject([{ table: "a", column: "n", rows: 1, discarded: "value" }]);
    expect(await query(p, "SELECT * EXCLUDE (_dlt_id, _dlt_load_id) FROM a ORDER BY id")).toEqual([
      { id: 1, v: 1 },
      { id: 2, v: null },
    ]);
  });

  test("it can be given up", async () => {
    const p = await refused();
    expect((await p.abortPackages()).loadIds).toHaveLength(1);
    await p.run([{ id: 4, v: 4 }], { tableName: "a" });
    expect(await values(p, "SELECT id FROM a ORDER BY 1")).toEqual([1, 4]);
  });
});

describe("discarding", () => {
  test("a row goes with its nested rows, a value alone", async () => {
    const events: PipelineEvent[] = [];
    const p = localPipeline({ onEvent: (event) => events.push(event) });
    await p.run([{ id: 1, kids: [{ x: 1 }] }], { tableName: "a" });
    const rows = [
      { id: 2, kids: [{ x: 2 }, { x: 3, y: 3 }] },
      { id: 3, n: 3, kids: [{ x: 4 }] },
      { id: 4, n: null },
    ];
    const info = await p.run(rows, { tableName: "a", schemaContract: { columns: "discard_row" } });
    expect(await values(p, "SELECT id FROM a ORDER BY 1")).toEqual([1, 2, 4]);
    expect(await values(p, "SELECT x FROM a__kids ORDER BY 1")).toEqual([1, 2]);
    const expected = [
      { table: "a", column: "n", rows: 1, discarded: "row", reason: "new column `n` (contract columns: discard_row)" },
      { table: "a__kids", column: "y", rows: 1, discarded: "row", reason: "new column `y` (contract columns: discard_row)" },
    ];
    expect(info.discarded).toMatchObject(expected);
    expect(events.filter((event) => event.type === "row-discarded")).toMatchObject(expected);
    expect(String(info)).toContain("1 row of table `a` discarded: new column `n` (contract columns: discard_row)");
  });

  test("is told of once per reason, with the number of rows", async () => {
    const events: PipelineEvent[] = [];
    const p = await pipelineWithTable({ onEvent: (event) => events.push(event) });
    const rows = Array.from({ length: 5000 }, (_, id) => ({ id, v: id % 2 === 0 ? "even" : id, n: id }));
    const info = await p.run(rows, { tableName: "a", schemaContract: { columns: "discard_value", dataType: "discard_row" } });
    expect(events.filter((event) => event.type === "row-discarded")).toMatchObject([
      { column: "v", rows: 2500, discarded: "row", reason: "text for column `v`, which is bigint (contract dataType: discard_row)" },
      { column: "n", rows: 2500, discarded: "value" },
    ]);
    expect(info.rowCounts["a"]).toBe(2500);
  });

  test("leaves no column of a discarded row", async () => {
    const p = await pipelineWithTable();
    await p.run([{ id: 2, other: 1, v: "x" }], { tableName: "a", schemaContract: { dataType: "discard_row" } });
    expect(Object.keys(p.defaultSchema!.tables["a"]!.columns)).not.toContain("other");
  });

  test("of a whole new table happens while it is extracted, and is told of", async () => {
    const p = await pipelineWithTable();
    const info = await p.extract([{ id: 1 }, { id: 2 }], { tableName: "b", schemaContract: { tables: "discard_row" } });
    expect(info.discarded).toMatchObject([{ table: "b", rows: 2, discarded: "row" }]);
    expect(String(info)).toContain("2 rows of table `b` discarded: the table is new");
    expect(Object.keys(p.defaultSchema!.tables)).not.toContain("b");
  });

  test("concerns the tables that a function names one by one", async () => {
    const p = await pipelineWithTable();
    const rows = [
      { id: 2, to: "a" },
      { id: 3, to: "b" },
      { id: 4, to: "a" },
    ];
    const split = resource("split", { tableName: (row: { to: string }) => row.to, schemaContract: { tables: "discard_row" } }, rows);
    const info = await p.run(split);
    expect(info.discarded).toMatchObject([{ table: "b", rows: 1 }]);
    expect(await values(p, "SELECT id FROM a ORDER BY 1")).toEqual([1, 2, 4]);
  });

  test("empties a replaced table of which no row is left", async () => {
    const p = localPipeline();
    const a = resource("a", { writeDisposition: "replace" }, [{ id: 1 }]);
    await p.run(a);
    await p.run(resource("a", { writeDisposition: "replace", schemaContract: { columns: "discard_row" } }, [{ id: 2, n: 1 }]));
    expect(await values(p, "SELECT id FROM a")).toEqual([]);
  });

  test("does not leave a column empty that must not be", async () => {
    const p = localPipeline();
    await p.run(resource("a", { columns: { v: { nullable: false } } }, [{ v: 1 }]));
    const error = violation(await failure(() => p.run([{ v: "x" }], { tableName: "a", schemaContract: { dataType: "discard_value" } })));
    expect(error).toMatchObject({ column: "v", value: "x" });
    expect(error.message).toContain("not nullable");
  });

  test("of what the code declares is warned about", async () => {
    const events: PipelineEvent[] = [];
    const p = await pipelineWithTable({ onEvent: (event) => events.push(event) });
    await p.run(resource("a", { schemaContract: { columns: "discard_value" }, columns: { n: { dataType: "text" } } }, [{ id: 2, n: "x" }]));
    expect(events).toContainEqual(
      expect.objectContaining({ type: "warning", code: "contract-kept", message: expect.stringContaining("`n`") }),
    );
    expect(Object.keys(p.defaultSchema!.tables["a"]!.columns)).not.toContain("n");
  });
});

describe("what a contract lets in", () => {
  test("a new table gets all columns of its first package, but no variants", async () => {
    const p = localPipeline();
    const a = (...rows: object[]) => resource("a", { schemaContract: { columns: "freeze", dataType: "freeze" } }, rows);
    await p.run(a({ id: 1 }, { id: 2, n: 2 }));
    expect(violation(await failure(() => p.run(a({ id: 3, m: 3 }))))).toMatchObject({ column: "m" });
    await p.abortPackages();
    const other = resource("other", { schemaContract: { dataType: "freeze" } }, [{ v: 1 }, { v: "x" }]);
    expect(violation(await failure(() => p.run(other)))).toMatchObject({ column: "v", rowIndex: 1 });
  });

  test("a new nested table gets the columns of its first row, as in dlt", async () => {
    const p = await pipelineWithTable();
    const rows = [{ id: 2, kids: [{ x: 1 }, { x: 2, y: 2 }] }];
    expect(violation(await failure(() => p.run(rows, { tableName: "a", schemaContract: frozenColumns })))).toMatchObject({
      table: "a__kids",
      column: "y",
      rowIndex: 1,
    });
  });

  test("values go into a variant column that exists", async () => {
    const p = await pipelineWithTable();
    await p.run([{ id: 2, v: "x" }], { tableName: "a" });
    await p.run([{ id: 3, v: "y" }], { tableName: "a", schemaContract: "freeze" });
    expect(await values(p, "SELECT v__v_text FROM a ORDER BY id")).toEqual([null, "x", "y"]);
  });

  test("columns of dlt's own always come", async () => {
    const p = localPipeline();
    await p.run(resource("a", [{ id: 1, kids: [{ x: 1 }] }]));
    const merged = resource("a", { writeDisposition: "merge", primaryKey: "id", schemaContract: { columns: "freeze" } }, [{ id: 2 }]);
    expect((await p.run(merged)).rowCounts["a"]).toBe(1);
  });
});

describe("which contract counts", () => {
  const row = { id: 2, v: 2, n: 2 };
  const isRefused = async (p: Pipeline, run: () => Promise<unknown>): Promise<boolean> => {
    const error = await failure(async () => {
      await run();
      throw new Error("went through");
    });
    await p.abortPackages();
    return (error as { code?: string }).code === "contract-violation";
  };
  const shop = (contract: SchemaContract | undefined, resourceContract?: SchemaContract) =>
    source("shop", contract === undefined ? {} : { schemaContract: contract }, () => [
      resource("a", resourceContract === undefined ? {} : { schemaContract: resourceContract }, [row]),
    ])();

  test("that of the run before that of the resource, before that of the source", async () => {
    const p = await pipelineWithTable();
    expect(await isRefused(p, () => p.run(shop("freeze")))).toBe(true);
    expect(await isRefused(p, () => p.run(shop("freeze", "evolve"), { schemaContract: frozenColumns }))).toBe(true);
    expect(await isRefused(p, () => p.run(shop("evolve", "freeze")))).toBe(true);
    expect(await isRefused(p, () => p.run(shop("freeze", { dataType: "freeze" })))).toBe(false);
  });

  test("that of the pipeline is one of all its runs", async () => {
    const p = await pipelineWithTable({ schemaContract: { columns: "freeze" } });
    expect(await isRefused(p, () => p.run(shop("evolve", "evolve")))).toBe(true);
    expect(await isRefused(p, () => p.run(shop(undefined), { schemaContract: "evolve" }))).toBe(false);
  });

  test("nested tables have that of their parent, or their own", async () => {
    const p = localPipeline();
    await p.run([{ id: 1, kids: [{ x: 1 }] }], { tableName: "a" });
    const rows = [{ id: 2, kids: [{ x: 2, y: 2 }] }];
    expect(await isRefused(p, () => p.run(resource("a", { schemaContract: frozenColumns }, rows)))).toBe(true);
    const free = { schemaContract: frozenColumns, nestedHints: { kids: { schemaContract: "evolve" } } } as const;
    expect(await isRefused(p, () => p.run(resource("a", free, rows)))).toBe(false);
  });

  test("a mark changes it from its item on", async () => {
    const p = await pipelineWithTable();
    const marked = resource("a", function* () {
      yield { id: 2 };
      yield withHints(row, { schemaContract: "freeze" });
    });
    expect(await isRefused(p, () => p.run(marked))).toBe(true);
  });

  test("one that is declared stays with the schema until another one is", async () => {
    const { pipeline } = machine();
    await pipeline().run(resource("a", { schemaContract: frozenColumns }, [{ id: 1 }]));
    expect(await isRefused(pipeline(), () => pipeline().run(resource("a", [row])))).toBe(true);
    expect(await isRefused(pipeline(), () => pipeline().run(resource("a", { schemaContract: "evolve" }, [row])))).toBe(false);
  });

  test.each([
    ["a schema", (schema: SchemaDocument) => Object.assign(schema.settings, { schema_contract: "freeze" })],
    ["a table", (schema: SchemaDocument) => Object.assign(schema.tables["a"]!, { schema_contract: { columns: "freeze" } })],
  ])("one that dlt stored with %s counts", async (_, change) => {
    const p = await pipelineWithTable();
    const path = join(p.workingDir, "schemas", "shop.schema.json");
    const schema = JSON.parse(readFileSync(path, "utf8")) as SchemaDocument;
    change(schema);
    writeFileSync(path, JSON.stringify(schema));
    expect(await isRefused(p, () => p.run([row], { tableName: "a" }))).toBe(true);
    expect(await isRefused(p, () => p.run([row], { tableName: "a", schemaContract: "evolve" }))).toBe(false);
  });

  test.each([{ column: "freeze" }, { data_type: "freeze" }, { columns: "frozen" }, "no"])("%j is no contract", async (schemaContract) => {
    const error = await failure(() => localPipeline().run([row], { tableName: "a", schemaContract: schemaContract as never }));
    expect(error).toMatchObject({ code: "config", message: expect.stringContaining("schemaContract") });
  });
});
