import { Decimal } from "decimal.js";
import { describe, expect, test } from "vitest";
import { PlainDate, PlainDateTime, PlainTime, type ResourceContext, resource, Timestamp } from "../../src/index.ts";
import { failure, localPipeline, machine, tables, values } from "./local-pipeline.ts";

const bigNumber = 12_345_678_901_234_567_890n;
const everything = {
  text: "zażółć 😀",
  integer: 5,
  float: 2.5,
  truth: true,
  nothing: null,
  date: new Date("2024-01-02T03:04:05.678Z"),
  micros: Timestamp.from("2024-01-02T03:04:05.123456Z"),
  decimal: new Decimal("12345678901234567890.123456789"),
  bytes: new Uint8Array([0, 1, 255]),
  bigint: bigNumber,
  day: PlainDate.from("2024-02-29"),
  time: PlainTime.from("23:59:59.000001"),
  wall: PlainDateTime.from("2024-01-02T03:04:05.000006"),
  list: [1, [2, { deep: new Date(0) }]],
  nested: { a: { b: { c: PlainDate.from("1999-12-31") } } },
  uuid: "123e4567-e89b-12d3-a456-426614174000",
  empty: {},
};

/** On the first run puts all of it into its state; later checks what it finds. */
function keeper(found: Record<string, unknown>[]) {
  return resource("keeper", async function* ({ state }: ResourceContext<Record<string, unknown>>) {
    if ("text" in state) found.push(structuredPlain(state) as Record<string, unknown>);
    else Object.assign(state, everything);
    yield { id: 1 };
  });
}

function structuredPlain(state: object): object {
  return { ...state };
}

function checkValues(found: Record<string, unknown>): void {
  expect(found["text"]).toBe(everything.text);
  expect(found["integer"]).toBe(5);
  expect(found["float"]).toBe(2.5);
  expect(found["truth"]).toBe(true);
  expect(found["nothing"]).toBeNull();
  expect(found["date"]).toBeInstanceOf(Date);
  expect((found["date"] as Date).toISOString()).toBe("2024-01-02T03:04:05.678Z");
  expect(found["micros"]).toBeInstanceOf(Timestamp);
  expect((found["micros"] as Timestamp).microseconds).toBe(456);
  expect((found["micros"] as Timestamp).getTime()).toBe(everything.micros.getTime());
  expect(Decimal.isDecimal(found["decimal"])).toBe(true);
  expect((found["decimal"] as Decimal).toFixed()).toBe("12345678901234567890.123456789");
  expect(found["bytes"]).toBeInstanceOf(Uint8Array);
  expect([...(found["bytes"] as Uint8Array)]).toEqual([0, 1, 255]);
  expect(found["bigint"]).toBe(bigNumber);
  expect(found["day"]).toBeInstanceOf(PlainDate);
  expect(String(found["day"])).toBe("2024-02-29");
  expect(found["time"]).toBeInstanceOf(PlainTime);
  expect(String(found["time"])).toBe("23:59:59.000001");
  expect(found["wall"]).toBeInstanceOf(PlainDateTime);
  expect(String(found["wall"])).toBe("2024-01-02T03:04:05.000006");
  const [one, [two, { deep }]] = found["list"] as [number, [number, { deep: Date }]];
  expect([one, two, deep.getTime()]).toEqual([1, 2, 0]);
  expect(String((found["nested"] as typeof everything.nested).a.b.c)).toBe("1999-12-31");
  expect(found["uuid"]).toBe(everything.uuid);
  expect(found["empty"]).toEqual({});
}

describe("values of state come back as they were", () => {
  test("S9 from the working directory", async () => {
    const local = machine();
    const found: Record<string, unknown>[] = [];
    await local.pipeline().run(keeper(found));
    await local.pipeline().run(keeper(found));
    checkValues(found[0]!);
  });

  test("S9 from the destination, on a clean working directory", async () => {
    const local = machine();
    const found: Record<string, unknown>[] = [];
    await local.pipeline().run(keeper(found));
    local.wipe();
    await local.pipeline().run(keeper(found));
    checkValues(found[0]!);
    const p = local.pipeline();
    expect(await values(p, "SELECT count(*) FROM _dlt_pipeline_state")).toEqual([1]);
  });
});

test("S9 undefined members are left out, and NaN becomes null", async () => {
  const p = localPipeline();
  await p.run(
    resource("odd", function* ({ state }) {
      Object.assign(state, { gone: undefined, nan: Number.NaN, list: [1, undefined] });
      yield { id: 1 };
    }),
  );
  expect(p.state.sources?.["shop"]?.resources?.["odd"]).toEqual({ nan: null, list: [1, null] });
});

describe("what state cannot hold is refused with its path, and leaves nothing:", () => {
  class Point {
    readonly x = 1;
  }
  const circle: Record<string, unknown> = {};
  circle["self"] = circle;
  test.each([
    ["a function", { callback: () => 1 }, "sources.shop.resources.broken.callback", "a function"],
    ["a symbol", { mark: Symbol("x") }, "sources.shop.resources.broken.mark", "a symbol"],
    ["an instance of a class", { list: [{ point: new Point() }] }, "sources.shop.resources.broken.list[0].point", "an instance of Point"],
    ["a Map", { map: new Map([["a", 1]]) }, "sources.shop.resources.broken.map", "an instance of Map"],
    ["a Set", { set: new Set([1]) }, "sources.shop.resources.broken.set", "an instance of Set"],
    ["a circular object", { circle }, "sources.shop.resources.broken.circle.self", "a circular reference"],
    ["an invalid date", { at: new Date(Number.NaN) }, "sources.shop.resources.broken.at", "an invalid date"],
    ["an integer beyond 64 bits", { n: 2n ** 70n }, "sources.shop.resources.broken.n", "an integer beyond 64 bits"],
  ])("S8 %s", async (_, content, path, what) => {
    const p = localPipeline();
    const broken = resource("broken", async function* ({ state }) {
      yield { id: 1 };
      Object.assign(state, content);
    });
    const error = await failure(() => p.run(broken));
    expect(error).toMatchObject({ code: "state-invalid", path });
    expect(String(error)).toContain("The state of resource `broken` of source `shop` cannot hold");
    expect(String(error)).toContain(what);
    expect(p.hasPendingData).toBe(false);
    expect(p.state.sources).toBeUndefined();
    expect(await tables(p)).toEqual([]);
  });

  test("S8 a value that is nested too deeply", async () => {
    const deep = resource("deep", function* ({ state }) {
      yield { id: 1 };
      let value: unknown = 1;
      for (let level = 0; level < 50_000; level += 1) value = [value];
      state["deep"] = value;
    });
    const error = await failure(() => localPipeline().run(deep));
    expect(error).toMatchObject({ code: "state-invalid" });
    expect(String(error)).toContain("nested too deeply");
  });
});
