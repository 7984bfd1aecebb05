import { describe, expect, test } from "vitest";
import { deleteAt, parsePath, pathText, setAt, valueAt } from "./path.ts";

describe("a path in a state", () => {
  test.each([
    ["", []],
    ["$", []],
    ["sources.chess.resources.games.archives[0]", ["sources", "chess", "resources", "games", "archives", 0]],
    ["$.sources.a", ["sources", "a"]],
    ['$["my shop"].a', ["my shop", "a"]],
    ["sources['a.b']", ["sources", "a.b"]],
    ['sources."a.b"[2][1].c', ["sources", "a.b", 2, 1, "c"]],
    ['sources["say \\"hi\\""]', ["sources", 'say "hi"']],
    ["sources.with-dash.last value", ["sources", "with-dash", "last value"]],
    ["incremental.meta.7", ["incremental", "meta", "7"]],
    ["$price", ["$price"]],
  ])("is read: %s", (text, path) => {
    expect(parsePath(text)).toEqual(path);
    expect(parsePath(pathText(path))).toEqual(path);
  });

  test.each(["a..b", "a[", "a[x]", "a.", '["a', 'a"b"', "[-1]"])("is refused: %s", (text) => {
    expect(() => parsePath(text)).toThrow(/is no path in a state/);
  });
});

describe("a value in a state", () => {
  const state = () => ({ sources: { shop: { list: [1, { a: 2 }], when: new Date(0) }, ["__proto__"]: { n: 1 } } });

  test("is found by its path, own keys only", () => {
    expect(valueAt(state(), ["sources", "shop", "list", 1, "a"])).toBe(2);
    expect(valueAt(state(), ["sources", "shop", "list", "0"])).toBe(1);
    expect(valueAt(state(), ["sources", "constructor"])).toBeUndefined();
    expect(valueAt(state(), ["sources", "shop", "when", "getTime"])).toBeUndefined();
  });

  test("is put where it belongs, with what lacks on the way", () => {
    const document = state();
    setAt(document, ["sources", "shop", "list", 1, "a"], 3);
    setAt(document, ["sources", "shop", "list", 2], "end");
    setAt(document, ["sources", "crm", "resources", "deals", "pages", 0], 5);
    setAt(document, ["sources", "__proto__"], { n: 2 });
    expect(JSON.stringify(document.sources)).toBe(
      '{"shop":{"list":[1,{"a":3},"end"],"when":"1970-01-01T00:00:00.000Z"},"__proto__":{"n":2},"crm":{"resources":{"deals":{"pages":[5]}}}}',
    );
  });

  test("is not put below a scalar, nor beyond the end of a list", () => {
    expect(() => setAt(state(), ["sources", "shop", "when", "x"], 1)).toThrow("At `sources.shop.when` is a value that has no members.");
    expect(() => setAt(state(), ["sources", "shop", "list", 3], 1)).toThrow("give an index from 0 to 2");
  });

  test("is taken away", () => {
    const document = state();
    expect(deleteAt(document, ["sources", "shop", "list", 0])).toBe(true);
    expect(deleteAt(document, ["sources", "shop", "when"])).toBe(true);
    expect(deleteAt(document, ["sources", "shop", "constructor"])).toBe(false);
    expect(document.sources.shop).toEqual({ list: [{ a: 2 }] });
  });
});
