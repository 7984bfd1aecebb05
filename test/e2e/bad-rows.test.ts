import { describe, expect, test } from "vitest";
import { resource } from "../../src/index.ts";
import { failure, localPipeline, query, values } from "./local-pipeline.ts";

const circle: Record<string, unknown> = { id: 2 };
circle["a"] = [{ back: circle }];

describe("a row that cannot be one is refused with resource, row and path, and nothing is kept:", () => {
  test.each([
    ["a function", { id: 2, run: () => 1 }, "$.run", "a function"],
    ["a function in a list", { id: 2, list: [1, { "on click": () => 1 }] }, '$.list[1]["on click"]', "a function"],
    ["a symbol", { id: 2, mark: Symbol("x") }, "$.mark", "a symbol"],
    ["a circular object", circle, "$.a[0].back", "an object that contains itself"],
    ["an invalid date", { id: 2, at: new Date(Number.NaN) }, "$.at", "an invalid date"],
    ["an integer beyond 64 bits", { id: 2, n: 2n ** 64n }, "$.n", "an integer beyond 64 bits"],
    ["a negative integer beyond 64 bits", { id: 2, deep: { n: -(2n ** 63n) - 1n } }, "$.deep.n", "an integer beyond 64 bits"],
    ["a symbol as a row", Symbol("x"), "$.value", "a symbol"],
  ])("%s", async (_, row, path, what) => {
    const p = localPipeline({ restoreFromDestination: false });
    const rows = resource("odd", [{ id: 0 }, [{ id: 1 }, row]] as object[]);
    const error = await failure(() => p.extract(rows));
    expect(error).toMatchObject({ code: "row-invalid", resource: "odd", rowIndex: 2, path });
    expect(String(error)).toContain(`Resource \`odd\` gave ${what}`);
    expect(String(error)).toContain("Change it with .map(), or leave it out.");
    expect(p.hasPendingData).toBe(false);
  });
});

test("a forgotten await is refused, and none of the promises ends the process when it fails", async () => {
  const unhandled: unknown[] = [];
  const onUnhandled = (error: unknown): void => void unhandled.push(error);
  process.on("unhandledRejection", onUnhandled);
  const later = async (): Promise<string> => {
    throw new Error("gone");
  };
  const page = Array.from({ length: 1000 }, (_, id) => ({ id }));
  const rows = resource("odd", [page]).map(({ id }) => ({ id, name: later(), list: [{ other: later() }] }));
  const error = await failure(() => localPipeline({ restoreFromDestination: false }).extract(rows));
  await new Promise((resolve) => setTimeout(resolve, 5));
  process.off("unhandledRejection", onUnhandled);
  expect(error).toMatchObject({ code: "row-invalid", rowIndex: 0, path: "$.name" });
  expect(String(error)).toContain("gave a promise (await it) at `$.name`");
  expect(unhandled).toEqual([]);
});

test.each([
  [
    "a getter",
    {
      get id(): number {
        throw new Error("no id");
      },
    },
  ],
  [
    "toJSON()",
    {
      id: {
        toJSON: () => {
          throw new Error("no id");
        },
      },
    },
  ],
])("an error that %s of a row throws is the resource's", async (_, row) => {
  const p = localPipeline({ restoreFromDestination: false });
  const error = await failure(() => p.extract(resource("odd", [row as object])));
  expect(error).toMatchObject({ code: "resource-failed", resource: "odd", cause: new Error("no id") });
});

describe("what is not iterable is refused where rows were expected:", () => {
  test.each([
    ["undefined", () => undefined, "undefined"],
    ["a number", async () => 42, "a number"],
    ["a single row", () => ({ id: 1 }), "a single object"],
    ["a text", () => "rows", "a string"],
  ])("a function that gives %s", async (_, give, what) => {
    const p = localPipeline({ restoreFromDestination: false });
    const error = await failure(() => p.extract(resource("odd", give as never)));
    expect(error).toMatchObject({ code: "resource-failed", resource: "odd" });
    expect(String(error)).toContain(`it gave ${what} where rows were expected`);
  });

  test("a flatMap that gives a single row", async () => {
    const p = localPipeline({ restoreFromDestination: false });
    const error = await failure(() => p.extract(resource("odd", [{ id: 1 }]).flatMap((row) => row as never)));
    expect(String(error)).toContain("flatMap() gave a single object where rows were expected");
  });
});

test("a field without a name gets the column that dlt gives it", async () => {
  const p = localPipeline();
  await p.run([{ id: 1, "": 2 }], { tableName: "users" });
  expect(await query(p, "SELECT id, _empty FROM users")).toEqual([{ id: 1, _empty: 2 }]);
});

describe("values at the edges arrive as they are", () => {
  test("the longest integers", async () => {
    const p = localPipeline();
    await p.run([{ max: 2n ** 63n - 1n, min: -(2n ** 63n), unsafe: 9007199254740993n }], { tableName: "numbers" });
    expect(await query(p, "SELECT max, min, unsafe FROM numbers")).toEqual([
      { max: 2n ** 63n - 1n, min: -(2n ** 63n), unsafe: 9007199254740993n },
    ]);
  });

  test("NaN and infinities are null, undefined is not there", async () => {
    const p = localPipeline();
    await p.run(
      [
        { id: 1, nan: 1.5 },
        { id: 2, nan: Number.NaN, gone: undefined },
        { id: 3, nan: Number.POSITIVE_INFINITY },
      ],
      { tableName: "numbers" },
    );
    expect(await values(p, "SELECT nan FROM numbers ORDER BY id")).toEqual([1.5, null, null]);
  });

  test("texts of all alphabets, control characters, and unpaired surrogates as replacement characters", async () => {
    const p = localPipeline();
    const texts = ["zażółć", "😀", "日本語", 'line\nbreak\t"quoted" \\', "\u0001", "\uf026looks like a typed value"];
    await p.run(
      texts.map((text, id) => ({ id, text })),
      { tableName: "texts" },
    );
    expect(await values(p, "SELECT text FROM texts ORDER BY id")).toEqual(texts);
  });

  test("objects of classes count by their own fields, Sets and typed arrays are lists", async () => {
    const p = localPipeline();
    class Point {
      readonly x = 1;
      readonly #hidden = 2;
      get y(): number {
        return this.#hidden;
      }
    }
    await p.run([{ id: 1, point: new Point(), url: new URL("https://x.org/a"), set: new Set([1, 2]), floats: new Float64Array([0.5]) }], {
      tableName: "objects",
    });
    expect(await query(p, "SELECT point__x, url FROM objects")).toEqual([{ point__x: 1, url: "https://x.org/a" }]);
    expect(await values(p, "SELECT value FROM objects__set ORDER BY 1")).toEqual([1, 2]);
    expect(await values(p, "SELECT value FROM objects__floats")).toEqual([0.5]);
  });

  test("deep documents", async () => {
    const p = localPipeline();
    let deep: object = { end: 1 };
    for (let level = 0; level < 300; level += 1) deep = level % 2 === 0 ? { a: deep } : [deep];
    await p.run(resource("deep", { maxTableNesting: 0 }, [{ id: 1, list: [deep] }]));
    expect(String((await values(p, "SELECT list::text FROM deep"))[0])).toContain('"end":1');
  });
});
