import { describe, expect, test } from "vitest";
import {
  ConfigError,
  CursorMissingError,
  CursorTypeError,
  current,
  Decimal,
  type Incremental,
  type IncrementalOptions,
  NotRunningError,
  type Pipeline,
  PlainDate,
  PlainDateTime,
  rawJson,
  resource,
  Timestamp,
  transformer,
} from "../../src/index.ts";
import { failure, localPipeline, values } from "./local-pipeline.ts";

type Row = Record<string, unknown>;
type Options = IncrementalOptions<Row, string, unknown>;

/** Runs one page of rows through a cursor; gives the ids that are in the table afterwards, in the order in which they came. */
async function load(p: Pipeline, incremental: Options, rows: readonly Row[], others: object = {}): Promise<unknown[]> {
  await p.run(resource("items", { incremental, ...others } as never, [rows] as never));
  return await values(p, "SELECT id FROM items ORDER BY _dlt_load_id, id");
}

function slot(p: Pipeline, path = "at"): unknown {
  return p.state.sources?.["shop"]?.resources?.["items"]?.incremental?.[path];
}

test("a second run loads only what is new", async () => {
  const p = localPipeline();
  const at = { cursorPath: "at" } as const;
  expect(
    await load(p, at, [
      { id: 1, at: 1 },
      { id: 2, at: 5 },
    ]),
  ).toEqual([1, 2]);
  expect(
    await load(p, at, [
      { id: 2, at: 5 },
      { id: 3, at: 4 },
      { id: 4, at: 6 },
    ]),
  ).toEqual([1, 2, 4]);
  expect(slot(p)).toMatchObject({ initial_value: null, last_value: 6, start_value: 5 });
});

test("the cursor tells where the run starts and how far it is, in the context and below", async () => {
  const seen: unknown[] = [];
  const told = (incremental: Incremental<number | undefined>): void => {
    const { cursorPath, initialValue, startValue, lastValue, endValue } = incremental;
    seen.push({ cursorPath, initialValue, startValue, lastValue, endValue });
  };
  const items = (at: number) =>
    resource("items", { incremental: { cursorPath: "at", initialValue: 10 } }, async function* ({ incremental }) {
      expect(current.incremental()).toBe(incremental);
      told(incremental);
      yield { id: at, at };
      told(incremental);
    });
  const p = localPipeline();
  await p.run(items(12));
  await p.run(items(15));
  const same = { cursorPath: "at", initialValue: 10, endValue: undefined };
  expect(seen).toEqual([
    { ...same, startValue: 10, lastValue: 10 },
    { ...same, startValue: 10, lastValue: 12 },
    { ...same, startValue: 12, lastValue: 12 },
    { ...same, startValue: 12, lastValue: 15 },
  ]);
});

test("a Date that a resource changes is not the cursor's", async () => {
  const p = localPipeline();
  await p.run(
    resource(
      "items",
      { incremental: { cursorPath: "at", initialValue: new Date("2024-01-01T00:00:00Z") } },
      async function* ({ incremental }) {
        incremental.lastValue.setFullYear(2030);
        incremental.initialValue.setFullYear(2030);
        yield { id: 1, at: new Date("2024-02-01T00:00:00Z") };
      },
    ),
  );
  expect(await values(p, "SELECT id FROM items")).toEqual([1]);
});

test("who asks for a cursor that is not there is told what to do", async () => {
  expect(() => current.incremental()).toThrow(NotRunningError);
  const error = await failure(() => localPipeline().run(resource("items", () => [{ at: current.incremental().lastValue }])));
  expect(error).toBeInstanceOf(ConfigError);
  expect((error as Error).message).toContain("Resource `items` has no cursor: declare it");
});

describe("the path of a cursor", () => {
  test.each([
    ["meta.at", (at: number) => ({ meta: { at } })],
    ["$.meta.at", (at: number) => ({ meta: { at } })],
    ["meta.times[0]", (at: number) => ({ meta: { times: [at, 99] } })],
    ["meta.times[-1]", (at: number) => ({ meta: { times: [99, at] } })],
    ["parts[*].at", (at: number) => ({ parts: [{}, { at }, { at: 99 }] })],
    ["'last seen'", (at: number) => ({ "last seen": at })],
    ["last-seen", (at: number) => ({ "last-seen": at })],
  ])("can be %s", async (cursorPath, row) => {
    const p = localPipeline();
    await load(
      p,
      { cursorPath },
      [1, 5].map((at) => ({ id: at, ...row(at) })),
    );
    expect(
      await load(
        p,
        { cursorPath },
        [4, 5, 6].map((at) => ({ id: at, ...row(at) })),
      ),
    ).toEqual([1, 5, 6]);
    expect(slot(p, cursorPath)).toMatchObject({ last_value: 6 });
  });

  test.each(["items[?(@.a > 1)]", "a..b", "a,b", "a[0", "len(a)", "a."])("cannot be %s", async (cursorPath) => {
    const error = await failure(() => load(localPipeline(), { cursorPath }, [{ id: 1 }]));
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toContain(cursorPath);
  });

  test("can be the row, with a function that keeps one value for each type", async () => {
    type Event = { readonly id: number; readonly type: string; readonly at: number };
    type Latest = { readonly [type: string]: number };
    const latest = (given: readonly unknown[]): Latest => {
      const [event, last = {}] = given as [Event, Latest?];
      const known = last[event.type] ?? 0;
      return { ...last, [event.type]: Math.max(known, event.at) };
    };
    const p = localPipeline();
    const options = { cursorPath: "$", lastValueFunc: latest };
    await load(p, options, [
      { id: 1, type: "a", at: 5 },
      { id: 2, type: "b", at: 1 },
    ]);
    expect(
      await load(p, options, [
        { id: 3, type: "a", at: 4 },
        { id: 4, type: "b", at: 2 },
        { id: 5, type: "c", at: 1 },
      ]),
    ).toEqual([1, 2, 4, 5]);
    expect(slot(p, "$")).toMatchObject({ last_value: { a: 5, b: 2, c: 1 } });
  });
});

describe("with an end value", () => {
  const months = [1, 15, 31, 32, 45, 60].map((day) => ({ id: day, at: new Date(Date.UTC(2024, 6, day)) }));
  const day = (month: number): Date => new Date(Date.UTC(2024, month, 1));

  test("two runs over two ranges are all rows, and the state is left alone", async () => {
    const p = localPipeline();
    await load(p, { cursorPath: "at", initialValue: day(6), endValue: day(7) }, months);
    const ids = await load(p, { cursorPath: "at", initialValue: day(7), endValue: day(8) }, months);
    expect(ids).toEqual([1, 15, 31, 32, 45, 60]);
    expect(p.state.sources).toBeUndefined();
  });

  test("the end is left out, or taken in by rangeEnd", async () => {
    const rows = [1, 2, 3].map((at) => ({ id: at, at }));
    const range = { cursorPath: "at", initialValue: 1, endValue: 3 };
    expect(await load(localPipeline(), range, rows)).toEqual([1, 2]);
    expect(await load(localPipeline(), { ...range, rangeEnd: "closed" }, rows)).toEqual([1, 2, 3]);
    expect(await load(localPipeline(), { ...range, rangeEnd: "closed", rangeStart: "open" }, rows)).toEqual([2, 3]);
  });

  test("a range is checked before anything runs", async () => {
    const refused = async (options: Partial<Options>): Promise<string> => {
      const error = await failure(() => load(localPipeline(), { cursorPath: "at", ...options }, [{ id: 1, at: 1 }]));
      expect(error).toBeInstanceOf(ConfigError);
      return (error as Error).message;
    };
    expect(await refused({ endValue: 3 })).toContain("needs an initialValue");
    expect(await refused({ initialValue: 5, endValue: 3 })).toContain("has to be above");
    expect(await refused({ initialValue: 3, endValue: 5, lastValueFunc: "min" })).toContain("has to be below");
    expect(await refused({ initialValue: "a", endValue: 3 })).toContain("cannot be compared");
  });
});

describe("rows in order", () => {
  /** A source of pages that tells which ones were asked for. */
  function pages(all: readonly (readonly number[])[], options: Options): { readonly asked: number[]; run(p: Pipeline): Promise<unknown> } {
    const asked: number[] = [];
    const items = resource("items", { incremental: options as never }, async function* () {
      for (const [index, page] of all.entries()) {
        asked.push(index);
        yield page.map((at) => ({ id: at, at }));
      }
    });
    return { asked, run: (p) => p.run(items) };
  }

  test("that go up: nothing is read beyond the end", async () => {
    const { asked, run } = pages([[1, 2], [3, 4, 5], [6]], { cursorPath: "at", initialValue: 1, endValue: 4, rowOrder: "asc" });
    const p = localPipeline();
    await run(p);
    expect(asked).toEqual([0, 1]);
    expect(await values(p, "SELECT id FROM items ORDER BY id")).toEqual([1, 2, 3]);
  });

  test("that go down: nothing is read before the start", async () => {
    const p = localPipeline();
    const at = { cursorPath: "at", rowOrder: "desc" } as const;
    await pages([[3, 2, 1]], at).run(p);
    const { asked, run } = pages([[6, 5], [4, 3, 2], [1]], at);
    await run(p);
    expect(asked).toEqual([0, 1]);
    expect(await values(p, "SELECT id FROM items ORDER BY id")).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("that go down: more rows at the border may come behind one that is known", async () => {
    const p = localPipeline();
    const at = { cursorPath: "at", rowOrder: "desc" } as const;
    const items = (all: readonly Row[][]) => resource("items", { incremental: at }, () => all);
    await p.run(items([[{ id: 1, at: 3 }]]));
    await p.run(items([[{ id: 1, at: 3 }], [{ id: 2, at: 3 }]]));
    expect(await values(p, "SELECT id FROM items ORDER BY id")).toEqual([1, 2]);
  });

  test("with `min`, `asc` is from high to low", async () => {
    const range = { cursorPath: "at", initialValue: 9, endValue: 4, lastValueFunc: "min", rowOrder: "asc" } as const;
    const { asked, run } = pages([[9, 8], [5, 4], [3]], range);
    const p = localPipeline();
    await run(p);
    expect(asked).toEqual([0, 1]);
    expect(await values(p, "SELECT id FROM items ORDER BY id")).toEqual([5, 8, 9]);
  });

  test("the resource itself can look", async () => {
    let pagesRead = 0;
    const p = localPipeline();
    await p.run(
      resource("items", { incremental: { cursorPath: "at", initialValue: 5, rowOrder: "desc" } }, async function* ({ incremental }) {
        for (const at of [7, 6, 4]) {
          yield { id: at, at };
          pagesRead += 1;
          expect(incremental.canClose()).toBe(incremental.startOutOfRange);
          expect(incremental.endOutOfRange).toBe(false);
        }
      }),
    );
    // The generator is ended at the row that lies before the start.
    expect(pagesRead).toBe(2);
  });

  test("a transformer is not ended: what one call gives says nothing about the next", async () => {
    const users = resource("users", { selected: false }, [{ name: "a" }, { name: "b" }]);
    const orders = transformer(users, "items", { incremental: { cursorPath: "at", initialValue: 2, rowOrder: "desc" } }, ({ name }) => [
      { id: `${name}3`, at: 3 },
      { id: `${name}1`, at: 1 },
    ]);
    const p = localPipeline();
    await p.run(orders);
    expect(await values(p, "SELECT id FROM items ORDER BY id")).toEqual(["a3", "b3"]);
  });
});

describe("a row without a value", () => {
  const rows = [{ id: 1, at: 1 }, { id: 2, at: null }, { id: 3 }];

  test("fails the run, and the message says which row", async () => {
    for (const [index, what] of [
      [1, "whose `at` is null"],
      [2, "without `at`"],
    ] as const) {
      const error = await failure(() => load(localPipeline(), { cursorPath: "at" }, [rows[index]!]));
      expect(error).toBeInstanceOf(CursorMissingError);
      expect(error).toMatchObject({ code: "cursor-missing", resource: "items", cursorPath: "at", exitCode: 4 });
      expect((error as Error).message).toContain(what);
    }
  });

  test("is taken in, or left out", async () => {
    expect(await load(localPipeline(), { cursorPath: "at", onCursorValueMissing: "include" }, rows)).toEqual([1, 2, 3]);
    expect(await load(localPipeline(), { cursorPath: "at", onCursorValueMissing: "exclude" }, rows)).toEqual([1]);
  });
});

describe("a lag reads again", () => {
  const at = (hour: number): Date => new Date(Date.UTC(2024, 0, 2, hour));

  test.each<readonly [Options["lag"], unknown[], unknown]>([
    ["2h", [at(10), at(8), at(7)], at(8)],
    ["90m", [at(10), at(9), at(8)], new Date("2024-01-02T08:30:00Z")],
    [7200, [at(10), at(8), at(7)], at(8)],
    ["2h", ["2024-01-02T10:00:00Z", "2024-01-02T08:00:00Z", "2024-01-02T07:59:59Z"], "2024-01-02T08:00:00Z"],
    [
      "2h",
      ["2024-01-02T10:00:00.500+0200", "2024-01-02T09:00:00.500+0200", "2024-01-02T07:00:00.500+0200"],
      "2024-01-02T08:00:00.500+0200",
    ],
    ["2h", ["2024-01-02T01:00", "2024-01-01T23:00", "2024-01-01T22:59"], "2024-01-01T23:00"],
    ["3d", [PlainDate.from("2024-03-02"), PlainDate.from("2024-02-28"), PlainDate.from("2024-02-27")], PlainDate.from("2024-02-28")],
    ["36h", ["2024-03-02", "2024-02-29", "2024-02-28"], "2024-02-29"],
    [2, ["20240302", "20240229", "20240228"], "20240229"],
    [3, [10, 7, 6], 7],
    [3, [10n, 7n, 6n], 7n],
    [new Decimal("0.5").toNumber(), [new Decimal("1.75"), new Decimal("1.25"), new Decimal("1.24")], new Decimal("1.25")],
    ["2h", ["10:00", "2024"].slice(1).map(() => PlainDateTime.from("2024-01-02T10:00:00")), PlainDateTime.from("2024-01-02T08:00:00")],
  ])("%s back from %s", async (lag, [newest, inside, before], start) => {
    const p = localPipeline();
    let seen: unknown;
    const items = (rows: readonly Row[]) =>
      resource(
        "items",
        { primaryKey: "id", writeDisposition: "append", incremental: { cursorPath: "at", lag: lag! } },
        async function* ({ incremental }) {
          seen = incremental.startValue;
          yield rows;
        },
      );
    await p.run(items([{ id: 1, at: newest }]));
    if (inside === undefined) await p.run(items([]));
    else {
      await p.run(
        items([
          { id: 2, at: inside },
          { id: 3, at: before },
          { id: 1, at: newest },
        ]),
      );
      expect(await values(p, "SELECT id FROM items ORDER BY _dlt_load_id, id")).toEqual([1, 1, 2]);
    }
    expect(String(seen)).toBe(String(start instanceof Date ? new Timestamp(start.getTime()) : start));
    expect(slot(p)).toMatchObject({ unique_hashes: [] });
  });

  test("but never what lies before the initial value, and what is stored does not go back", async () => {
    const p = localPipeline();
    const options = { cursorPath: "at", initialValue: 8, lag: 5 };
    await load(p, options, [{ id: 1, at: 10 }]);
    expect(
      await load(p, options, [
        { id: 2, at: 7 },
        { id: 3, at: 8 },
      ]),
    ).toEqual([1, 3]);
    expect(slot(p)).toMatchObject({ last_value: 10 });
  });

  test("with `min` the other way", async () => {
    const p = localPipeline();
    const options = { cursorPath: "at", lastValueFunc: "min", lag: 2 } as const;
    await load(p, options, [{ id: 1, at: 10 }]);
    expect(
      await load(p, options, [
        { id: 2, at: 12 },
        { id: 3, at: 13 },
        { id: 4, at: 9 },
      ]),
    ).toEqual([1, 2, 4]);
  });

  test("what does not go together is refused", async () => {
    const bad = (incremental: object) => () => resource("items", { incremental } as never, []);
    expect(bad({ cursorPath: "at", lag: "3 days" })).toThrow('"2h" or "3d"');
    expect(bad({ cursorPath: "at", lag: -1 })).toThrow(ConfigError);
    expect(bad({ cursorPath: "at", lag: 1, lastValueFunc: (all: number[]) => all[0] })).toThrow("which way is back");
    const p = localPipeline();
    await load(p, { cursorPath: "at", lag: "2h" }, [{ id: 1, at: 5 }]);
    expect(((await failure(() => load(p, { cursorPath: "at", lag: "2h" }, [{ id: 1, at: 5 }]))) as Error).message).toContain(
      'The lag "2h" of resource `items` does not go with its cursor, which is at 5',
    );
  });
});

describe("rows at the border", () => {
  const first = [
    { id: 1, at: 1, name: "a" },
    { id: 2, at: 2, name: "b" },
  ];
  const second = [
    { id: 2, at: 2, name: "changed" },
    { id: 3, at: 2, name: "c" },
  ];

  test.each<readonly [string, object, unknown[]]>([
    ["the primary key", { primaryKey: "id" }, [1, 2, 3]],
    ["a key of several columns", { primaryKey: ["id", "at"] }, [1, 2, 3]],
    ["all that they hold, without a key", {}, [1, 2, 2, 3]],
    ["columns of the cursor's own", { primaryKey: "id", incremental: { cursorPath: "at", primaryKey: "name" } }, [1, 2, 2, 3]],
    ["nothing, with `primaryKey: []`", { primaryKey: "id", incremental: { cursorPath: "at", primaryKey: [] } }, [1, 2, 2, 3]],
    ["nothing, and are left out, in an open range", { incremental: { cursorPath: "at", rangeStart: "open" } }, [1, 2]],
  ])("are told apart by %s", async (_, options, ids) => {
    const p = localPipeline();
    const { incremental = { cursorPath: "at" }, ...others } = options as { incremental?: Options };
    await load(p, incremental, first, others);
    expect(await load(p, incremental, second, others)).toEqual(ids);
  });

  test("are told apart in every page, and over three runs", async () => {
    const p = localPipeline();
    const items = (ids: readonly number[]) =>
      resource(
        "items",
        { primaryKey: "id", incremental: { cursorPath: "at" } },
        ids.map((id) => ({ id, at: 1 })),
      );
    await p.run(items([1, 2]));
    await p.run(items([2, 3]));
    await p.run(items([1, 2, 3, 4]));
    expect(await values(p, "SELECT id FROM items ORDER BY id")).toEqual([1, 2, 3, 4]);
  });

  test("may come from one object that the resource uses again and again", async () => {
    const p = localPipeline();
    const items = (ids: readonly number[]) =>
      resource("items", { incremental: { cursorPath: "at" } }, function* () {
        const row = { id: 0, at: 1 };
        for (const id of ids) {
          row.id = id;
          yield row;
        }
      });
    await p.run(items([1, 2]));
    await p.run(items([1, 2, 3]));
    expect(await values(p, "SELECT id FROM items ORDER BY id")).toEqual([1, 2, 3]);
  });

  test("need the key that is declared", async () => {
    const error = await failure(() => load(localPipeline(), { cursorPath: "at" }, [{ id: 1, at: 1 }], { primaryKey: "key" }));
    expect(error).toMatchObject({ code: "row-invalid", rowIndex: 0, path: "key" });
    expect((error as Error).message).toContain("incremental: { primaryKey: [] }");
  });

  test("too many of them are worth a warning", async () => {
    const warnings: string[] = [];
    const p = localPipeline({ onEvent: (event) => event.type === "warning" && warnings.push(event.code) });
    await load(
      p,
      { cursorPath: "at" },
      Array.from({ length: 201 }, (_, id) => ({ id, at: 1 })),
    );
    expect(warnings).toContain("cursor-duplicates");
  });
});

describe("values of other types", () => {
  test("name both types, the path, the value and the row", async () => {
    const error = await failure(() =>
      load(localPipeline(), { cursorPath: "at", initialValue: new Date("2024-01-01T00:00:00Z") }, [{ id: 7, at: "2024-02-01" }]),
    );
    expect(error).toBeInstanceOf(CursorTypeError);
    expect(error).toMatchObject({ code: "cursor-type", resource: "items", cursorPath: "at", exitCode: 4 });
    for (const part of ["`at`", "`items`", "a string", "a Date", "2024-02-01", "2024-01-01T00:00:00.000Z", "id: 7"])
      expect((error as Error).message).toContain(part);
  });

  test("values of leat's own classes are shown as what they say", async () => {
    const error = await failure(() =>
      load(localPipeline(), { cursorPath: "at", initialValue: 5 }, [{ id: 7, at: PlainDateTime.from("2024-02-01T03:04:05") }]),
    );
    expect((error as Error).message).toContain("is PlainDateTime 2024-02-01T03:04:05, a PlainDateTime");
  });

  test("also where the state has another type than the rows", async () => {
    const p = localPipeline();
    await load(p, { cursorPath: "at" }, [{ id: 1, at: 5 }]);
    expect(await failure(() => load(p, { cursorPath: "at" }, [{ id: 2, at: "6" }]))).toBeInstanceOf(CursorTypeError);
  });

  test.each([true, { a: 1 }, Number.NaN, Number.POSITIVE_INFINITY, new Date(Number.NaN)])("%s is no cursor value", async (at) => {
    expect(await failure(() => load(localPipeline(), { cursorPath: "at" }, [{ id: 1, at }]))).toBeInstanceOf(CursorTypeError);
  });

  test("numbers compare as numbers, whatever they are made of", async () => {
    const p = localPipeline();
    await load(p, { cursorPath: "at", initialValue: 1 }, [{ id: 1, at: 2 ** 53 }], { columns: { at: { dataType: "decimal" } } });
    expect(
      await load(
        p,
        { cursorPath: "at" },
        [
          { id: 2, at: 2n ** 53n },
          { id: 3, at: 2n ** 53n + 1n },
          { id: 4, at: new Decimal("9007199254740993.5") },
          { id: 5, at: 5 },
        ],
        { columns: { at: { dataType: "decimal" } } },
      ),
    ).toEqual([1, 2, 3, 4]);
  });

  test("microseconds count", async () => {
    const p = localPipeline();
    const at = (micros: string): Timestamp => Timestamp.from(`2024-01-01T00:00:00.${micros}Z`);
    await load(p, { cursorPath: "at" }, [{ id: 1, at: at("000005") }]);
    expect(
      await load(p, { cursorPath: "at" }, [
        { id: 2, at: at("000004") },
        { id: 3, at: at("000006") },
      ]),
    ).toEqual([1, 3]);
  });

  test("a date-time without an offset counts as UTC where the other has one, with a warning", async () => {
    const warnings: string[] = [];
    const p = localPipeline({ onEvent: (event) => event.type === "warning" && warnings.push(event.code) });
    await load(p, { cursorPath: "at", initialValue: new Date("2024-01-01T00:00:00Z") }, [
      { id: 1, at: PlainDateTime.from("2024-01-02T00:00:00") },
    ]);
    expect(
      await load(p, { cursorPath: "at", initialValue: new Date("2024-01-01T00:00:00Z") }, [
        { id: 2, at: new Date("2024-01-01T23:59:59Z") },
        { id: 3, at: new Date("2024-01-02T00:00:01Z") },
      ]),
    ).toEqual([1, 3]);
    expect(warnings.filter((code) => code === "cursor-timezone")).toHaveLength(2);
  });
});

describe("a cursor sees rows", () => {
  test("as they are when all steps and the row schema are done", async () => {
    const p = localPipeline();
    const items = (hours: readonly number[]) =>
      resource("items", () => [hours.map((hour) => ({ id: hour, text: `2024-01-01T${hour}:00:00Z` }))])
        .map(({ id, text }) => ({ id, at: new Date(text) }))
        .filter(({ id }) => id !== 11)
        .applyHints({ incremental: { cursorPath: "at" } });
    await p.run(items([10, 11]));
    await p.run(items([10, 11, 12]));
    expect(await values(p, "SELECT id FROM items ORDER BY id")).toEqual([10, 12]);
  });

  test("of JSON text, of instances and of Maps", async () => {
    class Item {
      readonly id: number;
      readonly #at: number;
      constructor(id: number, at: number) {
        this.id = id;
        this.#at = at;
      }
      get at(): number {
        return this.#at;
      }
    }
    const p = localPipeline();
    const at = { cursorPath: "at", initialValue: 2 } as const;
    const items = resource(
      "items",
      { incremental: at },
      () =>
        [
          rawJson('[{"id":1,"at":1},{"id":2,"at":2}]') as never,
          new Item(3, 1),
          new Item(4, 3),
          new Map([
            ["id", 5],
            ["at", 1],
          ]),
          new Map([
            ["id", 6],
            ["at", 4],
          ]),
        ] as unknown[],
    );
    await p.run(items);
    expect(await values(p, "SELECT id FROM items ORDER BY id")).toEqual([2, 4, 6]);
  });

  test("of a transformer, and of a parent that is not loaded", async () => {
    const seen: unknown[] = [];
    const users = (at: number) =>
      resource("users", { selected: false, incremental: { cursorPath: "at" } }, [
        { id: 1, at: 1 },
        { id: at, at },
      ]);
    const details = (at: number) =>
      transformer(users(at), "items", { incremental: { cursorPath: "n", initialValue: 10 } }, (user, { incremental }) => {
        seen.push([user.id, incremental.startValue]);
        return [
          { id: user.id * 10, n: user.id * 10 },
          { id: user.id * 10 + 1, n: 1 },
        ];
      });
    const p = localPipeline();
    await p.run(details(2));
    await p.run(details(3));
    expect(seen).toEqual([
      [1, 10],
      [2, 10],
      [3, 20],
    ]);
    expect(await values(p, "SELECT id FROM items ORDER BY id")).toEqual([10, 20, 30]);
  });

  test("of a resource that is iterated alone", async () => {
    const items = resource("items", { incremental: { cursorPath: "at", initialValue: 2 } }, [
      [
        { id: 1, at: 1 },
        { id: 2, at: 2 },
      ],
    ]);
    const rows: unknown[] = [];
    for await (const row of items) rows.push(row);
    expect(rows).toEqual([{ id: 2, at: 2 }]);
  });
});

describe("hints", () => {
  const items = resource("items", () => [[1, 2, 3].map((at) => ({ id: at, at, other: -at }))]);

  test("give a resource a cursor, and change the one that it has option by option", async () => {
    const p = localPipeline();
    const withCursor = items.applyHints({ incremental: { cursorPath: "at", initialValue: 2 } });
    await p.run(withCursor);
    expect(await values(p, "SELECT id FROM items ORDER BY id")).toEqual([2, 3]);
    const range = localPipeline();
    await range.run(withCursor.applyHints({ incremental: { cursorPath: "at", endValue: 3 } }));
    expect(await values(range, "SELECT id FROM items ORDER BY id")).toEqual([2]);
    const other = localPipeline();
    await other.run(withCursor.applyHints({ incremental: { cursorPath: "other" } }));
    expect(await values(other, "SELECT id FROM items ORDER BY id")).toEqual([1, 2, 3]);
  });

  test("mark the column of the cursor in the schema, as dlt does", async () => {
    const p = localPipeline();
    await p.run(items.applyHints({ incremental: { cursorPath: "at" } }));
    expect(p.defaultSchema?.tables["items"]?.columns["at"]).toMatchObject({ incremental: true });
    expect(p.defaultSchema?.tables["items"]?.columns["id"]).not.toHaveProperty("incremental");
  });

  test("that are none are refused", () => {
    expect(() => items.applyHints({ incremental: { cursorPath: "at", initial: 1 } as never })).toThrow(
      "does not know the option `initial`",
    );
    expect(() => items.applyHints({ incremental: {} as never })).toThrow("needs a `cursorPath`");
    expect(() => items.applyHints({ incremental: { cursorPath: "at", rowOrder: "up" as never } })).toThrow("incremental.rowOrder");
  });
});
