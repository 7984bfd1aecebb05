import { readdirSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { Decimal, rawJson, resource, source, transformer, withHints, withTableName } from "../../src/index.ts";
import { failure, localPipeline, query, values } from "./local-pipeline.ts";

/** Its text: what a driver gives for a number is a matter of the destination. */
function exact(column: string, table = "rows"): string {
  return `SELECT CAST(${column} AS VARCHAR) FROM ${table} ORDER BY id`;
}

const long = "1234567890123456789012345678";

test("exact numbers: integers and decimals of a JSON text keep all digits in declared columns", async () => {
  const p = localPipeline();
  const digits = { dataType: "decimal", precision: 38, scale: 10 } as const;
  const rows = resource("rows", { columns: { amount: digits } }, function* () {
    yield rawJson(`[{"id":1,"amount":${long}.1234567891},{"id":2,"amount":-0.0000000001},{"id":3,"amount":9007199254740993}]`);
    yield rawJson(new TextEncoder().encode(`{"id":4,"amount":18446744073709551615}\n{"id":5,"amount":1234567890123456789012.5e3}`));
  });
  const info = await p.run(rows);
  expect(info.rowCounts["rows"]).toBe(5);
  expect(await values(p, exact("amount"))).toEqual([
    `${long}.1234567891`,
    "-0.0000000001",
    "9007199254740993.0000000000",
    "18446744073709551615.0000000000",
    "1234567890123456789012500.0000000000",
  ]);
});

test("exact numbers: undeclared integers get a column that holds them", async () => {
  const p = localPipeline();
  const text = '{"id":1,"safe":9007199254740993,"unsigned":18446744073709551615,"great":12345678901234567890123456789012345678}';
  await p.run(
    [{}].map(() => rawJson(text)),
    { tableName: "rows" },
  );
  const [row] = await query(
    p,
    "SELECT CAST(safe AS VARCHAR) AS safe, CAST(unsigned AS VARCHAR) AS unsigned, CAST(great AS VARCHAR) AS great FROM rows",
  );
  expect(Object.values(row!).map((value) => String(value).replace(/\.0+$/, ""))).toEqual([
    "9007199254740993",
    "18446744073709551615",
    "12345678901234567890123456789012345678",
  ]);
  expect(p.schemas["shop"]!.tables["rows"]!.columns["safe"]!.data_type).toBe("bigint");
});

test("exact numbers: rows with bigints and decimals arrive as they are", async () => {
  const p = localPipeline();
  const digits = { dataType: "decimal", precision: 38, scale: 10 } as const;
  const rows = resource("rows", { columns: { amount: digits } }, [
    { id: 1, count: 9007199254740993n, amount: new Decimal(`${long}.1234567891`) },
    { id: 2, count: 9223372036854775807n, amount: new Decimal("12345678901234567890123456") },
  ]);
  await p.run(rows);
  expect(await values(p, exact("count"))).toEqual(["9007199254740993", "9223372036854775807"]);
  expect(await values(p, exact("amount"))).toEqual([`${long}.1234567891`, "12345678901234567890123456.0000000000"]);
});

test("1.0 is a double, and 1 an integer", async () => {
  const p = localPipeline();
  await p.run(resource("rows", [rawJson('{"id":1,"a":1.0,"b":1}')]));
  const { a, b } = p.schemas["shop"]!.tables["rows"]!.columns as Record<string, { data_type: string }>;
  expect([a!.data_type, b!.data_type]).toEqual(["double", "bigint"]);
});

test("nested values, scalars and nulls are rows like others", async () => {
  const p = localPipeline();
  await p.run(resource("rows", [rawJson('[{"id":1,"tags":["a","b"]},null,{"id":2,"o":{"x":{"y":1}}}]')]));
  expect(await values(p, "SELECT value FROM rows__tags ORDER BY 1")).toEqual(["a", "b"]);
  expect(await values(p, "SELECT o__x__y FROM rows WHERE id = 2")).toEqual([1]);
  await p.run(resource("numbers", [rawJson("[1, 2]")]));
  expect(await values(p, "SELECT value FROM numbers ORDER BY 1")).toEqual([1, 2]);
});

test("of a key that comes twice the last one counts", async () => {
  const p = localPipeline();
  await p.run(resource("rows", [rawJson('{"id":1,"a":1,"a":2}')]));
  expect(await values(p, "SELECT a FROM rows")).toEqual([2]);
});

test("steps, transformers and table functions get rows", async () => {
  const p = localPipeline();
  const seen: unknown[] = [];
  const text = `[{"id":1,"n":9007199254740993,"great":-12345678901234567890123456789,"d":0.12345678901234567891,"one":1.0},{"id":2,"n":1}]`;
  const raw = resource("raw", [rawJson<{ id: number; n: number | bigint }>(text)]);
  const details = transformer(raw, "details", (row) => ({ id: row.id * 10 }));
  await p.run(
    source("s", () => [
      resource("mapped", [rawJson<{ id: number }>(text)]).map((row) => {
        seen.push(row);
        return row;
      }),
      raw,
      details,
      resource("split", { tableName: (row: { id: number }) => `split_${row.id}` }, [rawJson<{ id: number }>(text)]),
    ])(),
  );
  expect(seen).toEqual([
    { id: 1, n: 9007199254740993n, great: new Decimal("-12345678901234567890123456789"), d: new Decimal("0.12345678901234567891"), one: 1 },
    { id: 2, n: 1 },
  ]);
  expect(await values(p, "SELECT id FROM details ORDER BY 1")).toEqual([10, 20]);
  expect(await values(p, "SELECT id FROM split_2")).toEqual([2]);
});

test("iterated alone, a resource gives rows", async () => {
  const rows: unknown[] = [];
  for await (const row of resource("raw", [rawJson('[{"id":1},{"id":2}]')])) rows.push(row);
  expect(rows).toEqual([{ id: 1 }, { id: 2 }]);
});

test("marks, pages, thunks, promises and steps that give JSON text go together", async () => {
  const p = localPipeline();
  const mixed = resource("mixed", async function* () {
    yield withTableName(rawJson('{"id":1}'), "other");
    yield [{ id: 2 }, rawJson('[{"id":3},{"id":4}]')];
    yield async () => rawJson('{"id":5}');
    yield withHints(rawJson('{"id":6,"n":1}'), { columns: { n: { dataType: "text" } } });
  });
  await p.run([mixed, resource("mapped", [{ id: 1 }]).map(() => rawJson<{ id: number }>('[{"id":7},{"id":8}]') as never)]);
  expect(await values(p, "SELECT id FROM other")).toEqual([1]);
  expect(await values(p, "SELECT id FROM mixed ORDER BY id")).toEqual([2, 3, 4, 5, 6]);
  expect(await values(p, "SELECT n FROM mixed WHERE id = 6")).toEqual(["1"]);
  expect(await values(p, "SELECT id FROM mapped ORDER BY id")).toEqual([7, 8]);
});

test("text that is no JSON fails the run, with resource and place, and keeps nothing", async () => {
  const p = localPipeline();
  const broken = resource("broken", [{ id: 0 }, rawJson('[{"id":1},\n{"id":}]')]);
  expect(await failure(() => p.run(broken))).toMatchObject({
    code: "row-invalid",
    resource: "broken",
    rowIndex: 2,
    message: expect.stringContaining("line 2, column 7"),
  });
  expect(p.hasPendingData).toBe(false);
});

test("bytes that are not UTF-8 are refused", async () => {
  const latin = resource("latin", [rawJson(Uint8Array.of(0x22, 0xe9, 0x22))]);
  expect(await failure(() => localPipeline().run(latin))).toMatchObject({
    code: "row-invalid",
    message: expect.stringContaining("not UTF-8"),
  });
});

test("anything but text and bytes is refused where rawJson is called", async () => {
  expect(await failure(() => rawJson({ id: 1 } as never))).toMatchObject({ code: "config" });
});

test("many JSON lines go through as they are: in order, with what is no line among them, and faults with their place", async () => {
  const line = (id: number): string => `{"id":${id},"text":"${"é".repeat(40)}"}\n`;
  const lines = (from: number, to: number): string => Array.from({ length: to - from }, (_, index) => line(from + index)).join("");
  const digits = { dataType: "decimal", precision: 38, scale: 20 } as const;
  const p = localPipeline();
  const rows = resource("rows", { columns: { amount: digits } }, [
    rawJson('{"id":0}'),
    rawJson(
      Buffer.from(
        `${lines(1, 400)}{"id":400,"amount":0.12345678901234567891}\r\n${lines(401, 500)}\n[{"id":500},null,\n{"id":501}]\n${lines(502, 600)}`,
      ),
    ),
    rawJson(lines(600, 900).trimEnd()),
    rawJson('{"id":900}'),
  ]);
  const { rowCounts } = await p.run(rows);
  expect(rowCounts["rows"]).toBe(901);
  expect(await values(p, "SELECT id FROM rows")).toEqual(Array.from({ length: 901 }, (_, id) => id));
  expect(await values(p, "SELECT CAST(amount AS VARCHAR) FROM rows WHERE amount IS NOT NULL")).toEqual(["0.12345678901234567891"]);
  for (const [fault, place] of [
    ['{"id":}\n', "line 401, column 7"],
    ["\uFEFF{}\n", "line 401, column 1"],
  ]) {
    const broken = resource("broken", [rawJson(Buffer.from(`${lines(0, 400)}${fault}${lines(400, 500)}`))]);
    const error = { code: "row-invalid", resource: "broken", rowIndex: 400, message: expect.stringContaining(place!) };
    expect(await failure(() => p.run(broken))).toMatchObject(error);
  }
});

test("large JSON text ends files where rows are counted", async () => {
  vi.stubEnv("SOURCES__DATA_WRITER__FILE_MAX_ITEMS", "100");
  const p = localPipeline();
  const text = Array.from({ length: 450 }, (_, id) => `{"id":${id},"text":"${"x".repeat(40)}"}`).join("\n");
  await p.extract(resource("rows", [rawJson(text)]));
  const folder = p.workingDir;
  expect(readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => /rows\..*typed-jsonl/.test(name))).toHaveLength(5);
  vi.unstubAllEnvs();
});
