import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { resource, withHints, withTableName } from "../../src/index.ts";
import { localPipeline, query, tables, values } from "./local-pipeline.ts";

interface User {
  readonly id: number;
  readonly name: string;
}

const ada: User = { id: 1, name: "Ada" };
const grace: User = { id: 2, name: "Grace" };
const edsger: User = { id: 3, name: "Edsger" };
const later = async (): Promise<User[]> => [ada, grace, edsger];

/** Every way to say the same three users. */
const forms = {
  "an array of rows": () => [ada, grace, edsger],
  "an array of pages": () => [[ada, grace], [edsger]],
  "a generator": () => generated(),
  "an async generator": () => generatedLater(),
  "a generator function": () => generated,
  "an async generator function": () => generatedLater,
  "a generator of rows and pages": () =>
    (function* () {
      yield ada;
      yield [grace, edsger];
    })(),
  "a Set": () => new Set([ada, grace, edsger]),
  "values of a Map": () => new Map([ada, grace, edsger].map((user) => [user.id, user])).values(),
  "a ReadableStream": () => ReadableStream.from([ada, grace, edsger]),
  "a Readable": () => Readable.from([ada, grace, edsger]),
  "a promise of rows": () => later(),
  "an async function": () => later,
  "a function that returns an async iterable": () => () => generatedLater(),
  "promises of rows": () => [Promise.resolve(ada), Promise.resolve(grace), Promise.resolve(edsger)],
  "a promise of pages": () => Promise.resolve([[ada], [grace, edsger]]),
  "thunks of rows": () => [() => ada, () => grace, async () => edsger],
  "thunks of pages": () => [async () => [ada, grace], () => [edsger]],
  "a thunk of an async generator": () => [() => generatedLater()],
  "thunks inside a page": () => [[() => ada, async () => grace, Promise.resolve(edsger)]],
  "rows between nulls": () => [null, ada, undefined, [null, grace], [], edsger, null],
  "an object with a null prototype": () => [ada, grace, edsger].map((user) => Object.assign(Object.create(null), user) as User),
  "Maps as rows": () => [ada, grace, edsger].map((user) => new Map(Object.entries(user))),
  "marked rows": () => [withTableName([ada, grace], "users"), withHints(edsger, { primaryKey: "id" })],
} as const;

function* generated(): Generator<User> {
  yield ada;
  yield grace;
  yield edsger;
}

async function* generatedLater(): AsyncGenerator<User> {
  yield ada;
  await Promise.resolve();
  yield grace;
  yield edsger;
}

describe("the same rows come from", () => {
  test.each(Object.entries(forms))("%s", async (_, form) => {
    const rows: unknown[] = [];
    for await (const row of resource("users", form() as readonly User[]))
      rows.push(row instanceof Map ? Object.fromEntries(row) : { ...row });
    expect(rows).toEqual([ada, grace, edsger]);
  });
});

test("every form of rows loads into a table", async () => {
  const p = localPipeline();
  const list = Object.entries(forms).map(([form, rows], index) =>
    resource(`form_${String(index).padStart(2, "0")}`, rows() as readonly User[])
      .map((row) => (row instanceof Map ? row.set("form", form) : { ...row, form }))
      .applyHints({ tableName: "users" }),
  );
  await p.run(list);
  const loaded = await query(p, "SELECT form, string_agg(id || ' ' || name, ', ' ORDER BY id) AS users FROM users GROUP BY 1 ORDER BY 1");
  expect(loaded).toEqual(
    Object.keys(forms)
      .sort()
      .map((form) => ({ form, users: "1 Ada, 2 Grace, 3 Edsger" })),
  );
});

test("rows without a resource load in every form that run() takes", async () => {
  const p = localPipeline();
  await p.run([ada], { tableName: "users" });
  await p.run([[grace], [edsger]], { tableName: "users" });
  await p.run(generated, { tableName: "users" });
  await p.run(() => generatedLater(), { tableName: "users" });
  await p.run(later(), { tableName: "users" });
  expect(await values(p, "SELECT string_agg(id, '' ORDER BY _dlt_load_id, id) FROM users")).toEqual(["123123123123"]);
});

test("a row that is no object becomes an object with a value", async () => {
  const p = localPipeline();
  await p.run([
    resource("names", ["Ada", "Grace"]),
    resource("keys", new Map([["a", 1]]).keys()),
    resource("numbers", [1, 2.5]),
    resource("days", [new Date("2024-01-02T03:04:05.678Z")]),
    resource("flags", [true]),
    resource("bytes", [new Uint8Array([1, 2])]),
  ]);
  expect(await values(p, "SELECT value FROM names ORDER BY 1")).toEqual(["Ada", "Grace"]);
  expect(await values(p, "SELECT value FROM keys")).toEqual(["a"]);
  expect(await query(p, "SELECT value, value__v_double FROM numbers ORDER BY 1 NULLS LAST")).toEqual([
    { value: 1, value__v_double: null },
    { value: null, value__v_double: 2.5 },
  ]);
  expect(await values(p, "SELECT value::text FROM days")).toEqual(["2024-01-02 03:04:05.678+00"]);
  expect(await values(p, "SELECT value FROM flags")).toEqual([true]);
  expect(await values(p, "SELECT hex(value) FROM bytes")).toEqual(["0102"]);
});

test("a resource without rows makes no table", async () => {
  const p = localPipeline();
  await p.run([resource("nothing", []), resource("nulls", [null, undefined]), resource("silent", async function* () {})]);
  expect(await tables(p)).toEqual([]);
});

test("rows and pages load alike", async () => {
  const p = localPipeline();
  const many = Array.from({ length: 2500 }, (_, id) => ({ id }));
  const info = await p.run([resource("rows", many), resource("pages", [many.slice(0, 1000), many.slice(1000)])]);
  expect(info.rowCounts).toMatchObject({ rows: 2500, pages: 2500 });
  expect(await query(p, "SELECT (SELECT sum(id) FROM rows) AS rows, (SELECT sum(id) FROM pages) AS pages")).toEqual([
    { rows: 3_123_750, pages: 3_123_750 },
  ]);
});
