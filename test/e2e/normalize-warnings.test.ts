import { describe, expect, test } from "vitest";
import { type Pipeline, type PipelineEvent, resource } from "../../src/index.ts";
import { localPipeline, query, values } from "./local-pipeline.ts";

interface Watched {
  readonly p: Pipeline;
  /** Messages of the warnings with this code, since the last call. */
  readonly warnings: (code: string) => readonly string[];
}

function watched(): Watched {
  const events: PipelineEvent[] = [];
  const p = localPipeline({ onEvent: (event) => events.push(event) });
  const warnings = (code: string): readonly string[] =>
    events.splice(0).flatMap((event) => (event.type === "warning" && event.code === code ? [event.message] : []));
  return { p, warnings };
}

describe("columns without a value", () => {
  test("are named once per table and run, and come with their first value", async () => {
    const { p, warnings } = watched();
    const rows = [
      { id: 1, city: null, zip: null, kids: [{ name: null }] },
      { id: 2, city: null },
    ];
    await p.run(rows, { tableName: "people" });
    expect(warnings("null-only-columns")).toEqual([
      "Columns `city`, `zip` of table `people`: no row has a value, so there is no type. They appear with the first value; to have them now, declare columns: { city: { dataType: ... } }.",
      "Column `name` of table `people__kids`: no row has a value, so there is no type. It appears with the first value; to have it now, declare columns: { name: { dataType: ... } }.",
    ]);
    await p.run([{ id: 3, city: "Bonn", zip: null }], { tableName: "people" });
    expect(warnings("null-only-columns")).toMatchObject([expect.stringContaining("Column `zip` of table `people`:")]);
    expect(await values(p, "SELECT city FROM people ORDER BY id")).toEqual([null, null, "Bonn"]);
  });

  test("are not named when they have a type, a value in a later row, or values inside", async () => {
    const { p, warnings } = watched();
    await p.run([{ id: 1, known: "x" }], { tableName: "a" });
    warnings("");
    const rows = [
      { id: 2, known: null, late: null, inside: null, list: null },
      { id: 3, late: 1, inside: { x: 1 }, list: [1] },
    ];
    await p.run(resource("a", { columns: { declared: { dataType: "text" } } }, rows as { id: number; declared?: string }[]));
    expect(warnings("null-only-columns")).toEqual([]);
  });

  test("that were discarded had values", async () => {
    const { p, warnings } = watched();
    await p.run([{ id: 1 }], { tableName: "a" });
    await p.run([{ id: 2, n: 1 }], { tableName: "a", schemaContract: { columns: "discard_value" } });
    expect(warnings("null-only-columns")).toEqual([]);
  });
});

describe("names that meet", () => {
  test("two keys of one column are named, and the later value is kept", async () => {
    const { p, warnings } = watched();
    const rows = [
      { Id: 1, id: 2, a__b: 1, a: { b: 2 } },
      { a: { b: 2 }, a__b: 1, id: 3, Id: 4 },
    ];
    await p.run(rows, { tableName: "a" });
    expect(await query(p, "SELECT id, a__b FROM a ORDER BY id")).toEqual([
      { id: 2, a__b: 2 },
      { id: 4, a__b: 2 },
    ]);
    expect(warnings("name-collision")).toEqual([
      'Keys "Id" and "id" of the rows of table `a` are one column, `id`: where a row has both, it keeps the value that comes last. Rename or remove one with .map().',
      'Keys "a__b" and "a.b" of the rows of table `a` are one column, `a__b`: where a row has both, it keeps the value that comes last. Rename or remove one with .map().',
    ]);
  });

  test("two lists of one table are named", async () => {
    const { p, warnings } = watched();
    await p.run([{ K: [1], k: [2, 3] }], { tableName: "a" });
    expect(await values(p, "SELECT value FROM a__k ORDER BY 1")).toEqual([2, 3]);
    expect(warnings("name-collision")).toMatchObject([expect.stringContaining('Lists "a.K" and "a.k" are one table, `a__k`')]);
  });

  test("two names of one table are named", async () => {
    const { p, warnings } = watched();
    await p.run([resource("Users", [{ id: 1 }]), resource("users", [{ id: 2 }])]);
    expect(warnings("name-collision")).toMatchObject([expect.stringContaining('"Users" and "users" are one table, `users`')]);
  });

  test("objects under keys that look alike share no column", async () => {
    const { p, warnings } = watched();
    await p.run([{ a: { x: 1 }, A: { y: 2 } }], { tableName: "a" });
    expect(await query(p, "SELECT a__x, a__y FROM a")).toEqual([{ a__x: 1, a__y: 2 }]);
    expect(warnings("name-collision")).toEqual([]);
  });
});
