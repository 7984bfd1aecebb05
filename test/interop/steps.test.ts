import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { resource } from "../../src/index.ts";
import { tempDir } from "../temp-dir.ts";
import { runPython } from "./python.ts";

const script = `
import dlt, json
def numbers():
    for n in range(1, 9): yield {"n": n}
double = lambda row: {**row, "n": row["n"] * 2}
shift = lambda row: {**row, "n": row["n"] + 1}
large = lambda row: row["n"] > 4
def twice(row):
    yield {**row, "copy": 1}
    yield {**row, "copy": 2}
one = lambda: dlt.resource(numbers, name="numbers")
made = {
    "map, filter": one().add_map(double).add_filter(large),
    "filter, map": one().add_filter(large).add_map(double),
    "filter, flatMap, map": one().add_filter(large).add_yield_map(twice).add_map(shift),
    "map, map, filter": one().add_map(shift).add_map(double).add_filter(large),
    "flatMap, filter": one().add_yield_map(twice).add_filter(large),
}
print(json.dumps({name: list(rows) for name, rows in made.items()}))
`;

interface Row {
  readonly n: number;
}
const double = (row: Row): Row => ({ ...row, n: row.n * 2 });
const shift = (row: Row): Row => ({ ...row, n: row.n + 1 });
const large = (row: Row): boolean => row.n > 4;
const twice = (row: Row): readonly Row[] => [1, 2].map((copy) => Object.assign({}, row, { copy }));

const numbers = resource("numbers", function* () {
  for (let n = 1; n < 9; n++) yield { n } satisfies Row as Row;
});

const cases: { readonly [name: string]: AsyncIterable<unknown> } = {
  "map, filter": numbers.map(double).filter(large),
  "filter, map": numbers.filter(large).map(double),
  "filter, flatMap, map": numbers.filter(large).flatMap(twice).map(shift),
  "map, map, filter": numbers.map(shift).map(double).filter(large),
  "flatMap, filter": numbers.flatMap(twice).filter(large),
};

test("steps in one order give what they give in dlt", async () => {
  const folder = tempDir();
  const path = join(folder, "steps.py");
  writeFileSync(path, script);
  const theirs = JSON.parse(await runPython(path, "", folder)) as Readonly<Record<string, readonly unknown[]>>;
  const ours: Record<string, readonly string[]> = {};
  for (const [name, rows] of Object.entries(cases)) {
    const list: unknown[] = [];
    for await (const row of rows) list.push(row);
    ours[name] = inAnyOrder(list);
  }
  // dlt takes the rows of several generators in turns.
  expect(ours).toEqual(Object.fromEntries(Object.entries(theirs).map(([name, rows]) => [name, inAnyOrder(rows)])));
});

function inAnyOrder(rows: readonly unknown[]): readonly string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}
