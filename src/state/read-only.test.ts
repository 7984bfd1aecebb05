import { describe, expect, test } from "vitest";
import { encodeState } from "./encode.ts";
import { StateAccessError } from "./errors.ts";
import { readOnly } from "./read-only.ts";

// Tests write through the view as JavaScript users may.
function viewed() {
  const state = {
    list: [3, 1, 2],
    nested: { a: { b: 1 } } as Record<string, unknown>,
    at: new Date(5),
    bytes: new Uint8Array([1, 2]),
    frozen: Object.freeze({ inner: { x: 1 } }),
  };
  return { state, view: readOnly(state, (path) => `The source state is read-only here: \`${path}\` cannot be written.`) };
}

type View = ReturnType<typeof viewed>["view"];

describe("a read-only view refuses", () => {
  const writes: [what: string, write: (view: View) => unknown, path: string][] = [
    ["to set a member", (view) => Object.assign(view, { next: 1 }), "next"],
    ["to set a deep member", (view) => Object.assign(view.nested["a"] as object, { b: 2 }), "nested.a.b"],
    ["to delete", (view) => Reflect.deleteProperty(view.nested, "a"), "nested.a"],
    ["to define", (view) => Object.defineProperty(view, "x", { value: 1 }), "x"],
    ["to push", (view) => view.list.push(4), "list.3"],
    ["to pop", (view) => view.list.pop(), "list.2"],
    ["to sort", (view) => view.list.sort(), "list.0"],
    ["to splice", (view) => view.list.splice(0, 1), "list.0"],
    ["to reverse", (view) => view.list.reverse(), "list.0"],
    ["to empty a list", (view) => Object.assign(view.list, { length: 0 }), "list.length"],
    ["to freeze", (view) => Object.freeze(view.nested), "nested"],
    ["another prototype", (view) => Object.setPrototypeOf(view, null), "$"],
    ["to write into what is frozen", (view) => Object.assign(view.frozen.inner, { x: 2 }), "frozen.inner.x"],
    [
      "to write through a descriptor",
      (view) => Object.assign(Object.getOwnPropertyDescriptor(view, "nested")?.value, { y: 1 }),
      "nested.y",
    ],
    [
      "to write through an iterator",
      (view) => Object.values(view.nested).map((value) => Object.assign(value as object, { z: 1 })),
      "nested.a.z",
    ],
  ];

  test.each(writes)("%s", (_, write, path) => {
    const { state, view } = viewed();
    const before = encodeState(state);
    let error: unknown;
    try {
      write(view);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(StateAccessError);
    expect((error as StateAccessError).path).toBe(path);
    expect((error as StateAccessError).message).toContain("The source state is read-only here");
    expect(encodeState(state)).toBe(before);
  });
});

describe("a read-only view", () => {
  test("reads like the value", () => {
    const { state, view } = viewed();
    expect(view).toEqual(state);
    expect(encodeState(view)).toBe(encodeState(state));
    expect(Array.isArray(view.list)).toBe(true);
    expect([...view.list].sort()).toEqual([1, 2, 3]);
    expect(view.list.includes(3)).toBe(true);
    expect(Object.keys(view.nested)).toEqual(["a"]);
    expect(view.nested).toBe(view.nested);
  });

  test("shows later writes to the value", () => {
    const { state, view } = viewed();
    state.nested["later"] = 1;
    expect(view.nested["later"]).toBe(1);
  });

  test("hands out dates and bytes that work, and whose change changes nothing", () => {
    const { state, view } = viewed();
    expect(view.at.getTime()).toBe(5);
    expect(Buffer.from(view.bytes).toString("hex")).toBe("0102");
    view.at.setTime(0);
    view.bytes[0] = 9;
    expect(state.at.getTime()).toBe(5);
    expect(state.bytes[0]).toBe(1);
  });
});
