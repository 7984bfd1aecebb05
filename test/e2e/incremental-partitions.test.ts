import { describe, expect, test } from "vitest";
import { current, resource, transformer } from "../../src/index.ts";
import { failure, localPipeline, machine, query } from "./local-pipeline.ts";

interface Message {
  readonly id: number;
  readonly channel: string | number;
  readonly at: number;
}

const asked: unknown[][] = [];

/** Channels, and of each the messages that are new to it. */
function messagesOf(all: readonly Message[], options: object = {}) {
  const channels = resource(
    "channels",
    [...new Set(all.map(({ channel }) => channel))].map((id) => ({ id })),
  );
  return transformer(
    channels,
    "messages",
    { primaryKey: "id", incremental: { cursorPath: "at", initialValue: 0, partitionBy: "channel", ...options } },
    async function* (channel, { incremental }) {
      const cursor = incremental.cursorFor(channel.id);
      asked.push([channel.id, cursor.startValue]);
      yield all.filter((message) => message.channel === channel.id && message.at >= cursor.startValue);
    },
  );
}

const first: readonly Message[] = [
  { id: 1, channel: "a", at: 10 },
  { id: 2, channel: "b", at: 90 },
  { id: 3, channel: 7, at: 50 },
];
const second: readonly Message[] = [
  ...first,
  { id: 4, channel: "a", at: 11 },
  { id: 5, channel: "b", at: 90 },
  { id: 6, channel: "c", at: 1 },
  { id: 7, channel: "7", at: 2 },
];

const ids = async (p: ReturnType<typeof localPipeline>): Promise<unknown> =>
  (await query<{ id: number }>(p, "SELECT id FROM messages ORDER BY id")).map(({ id }) => Number(id));

describe("a cursor per parent", () => {
  test("each parent goes on from its own newest child, on another machine too", async () => {
    const here = machine();
    await here.pipeline().run(messagesOf(first));
    here.wipe();
    asked.length = 0;
    const p = here.pipeline();
    await p.run(messagesOf(second));
    expect(asked).toEqual([
      ["a", 10],
      ["b", 90],
      [7, 50],
      ["c", 0],
      ["7", 0],
    ]);
    expect(await ids(p)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test("the cursors lie in the slot of the resource, which keeps the form that dlt knows", async () => {
    const p = localPipeline();
    await p.run(messagesOf(second));
    const slot = p.state.sources!["shop"]!.resources!["messages"]!.incremental!["at"]! as unknown as Record<string, unknown>;
    expect(Object.keys(slot).sort()).toEqual(["initial_value", "last_value", "partitions", "start_value", "unique_hashes"]);
    expect(slot).toMatchObject({ initial_value: 0, last_value: 90, start_value: 0 });
    expect(slot["unique_hashes"]).toHaveLength(2);
    const partitions = slot["partitions"] as Record<string, { last_value: number; unique_hashes: string[] }>;
    expect(Object.keys(partitions).sort()).toEqual(['"7"', "7", "a", "b", "c"]);
    expect(partitions["a"]).toEqual({ last_value: 11, unique_hashes: [expect.any(String)] });
  });

  test("what a run without new rows stores is what was there", async () => {
    const p = localPipeline();
    await p.run(messagesOf(second));
    const before = JSON.stringify(p.state.sources);
    const info = await p.run(messagesOf(second));
    expect(info.rowCounts["messages"]).toBeUndefined();
    expect(JSON.stringify(p.state.sources)).toBe(before);
  });

  test("a lag, a refresh and a range do what they do with one cursor", async () => {
    const p = localPipeline();
    await p.run(messagesOf(first));
    asked.length = 0;
    await p.run(messagesOf(first, { lag: 5 }));
    expect(asked).toEqual([
      ["a", 5],
      ["b", 85],
      [7, 45],
    ]);
    asked.length = 0;
    const before = JSON.stringify(p.state.sources);
    expect((await p.run(messagesOf(first, { endValue: 60 }))).rowCounts["messages"]).toBe(2);
    expect(asked.map(([, start]) => start)).toEqual([0, 0, 0]);
    expect(JSON.stringify(p.state.sources)).toBe(before);
    asked.length = 0;
    await p.run(messagesOf(first), { refresh: "drop_resources" });
    expect(asked.map(([, start]) => start)).toEqual([0, 0, 0]);
  });
});

describe("a cursor per partition of a resource", () => {
  const readings = (rows: readonly { readonly sensor: unknown; readonly at: number }[], options: object = {}) =>
    resource("readings", { incremental: { cursorPath: "at", initialValue: 0, partitionBy: "sensor", ...options } }, async function* () {
      for (const row of rows) yield row;
    });

  test("rows are held against the cursor of their own partition", async () => {
    const p = localPipeline();
    await p.run(readings([{ sensor: 1, at: 100 }, { sensor: 2, at: 5 }])); // biome-ignore format: short
    await p.run(readings([{ sensor: 1, at: 99 }, { sensor: 2, at: 6 }, { sensor: 1, at: 100 }])); // biome-ignore format: short
    expect(await query(p, 'SELECT sensor, "at" FROM readings ORDER BY sensor, "at"')).toEqual([
      { sensor: 1, at: 100 },
      { sensor: 2, at: 5 },
      { sensor: 2, at: 6 },
    ]);
  });

  test("cuts go between rows that come in order within each partition", async () => {
    const p = localPipeline();
    const rows = Array.from({ length: 20 }, (_, at) => ({ sensor: at % 3, at }));
    const info = await p.run(readings(rows, { rowOrder: "asc" }), { commitEvery: { rows: 5 } });
    expect(info.packages.length).toBeGreaterThan(2);
    expect((await p.run(readings(rows, { rowOrder: "asc" }))).rowCounts["readings"]).toBeUndefined();
    expect(await query(p, "SELECT count(*) AS n FROM readings")).toEqual([{ n: 20 }]);
  });

  test("many partitions are kept and read back", async () => {
    const p = localPipeline();
    const rows = Array.from({ length: 10_000 }, (_, sensor) => ({ sensor: `sensor ${sensor}`, at: 1 + (sensor % 97) }));
    await p.run(readings(rows));
    expect((await p.run(readings(rows))).rowCounts["readings"]).toBeUndefined();
    const more = rows.map(({ sensor, at }) => ({ sensor, at: at + 1 }));
    expect((await p.run(readings(more))).rowCounts["readings"]).toBe(10_000);
  });

  test.each([null, undefined, true, { x: 1 }, [true]])("a row of partition %o is refused by name", async (sensor) => {
    const error = await failure(() => localPipeline().run(readings([{ sensor: 1, at: 1 }, { sensor, at: 1 }]))); // biome-ignore format: short
    expect(error).toMatchObject({ code: "row-invalid", path: "sensor", rowIndex: 1 });
  });

  test("partitions named like members of objects are partitions", async () => {
    const p = localPipeline();
    const rows = ["__proto__", "constructor", "1", "[1]", ""].map((sensor, index) => ({ sensor, at: index }));
    await p.run(readings(rows));
    expect((await p.run(readings(rows))).rowCounts["readings"]).toBeUndefined();
    expect(await query(p, "SELECT count(*) AS n FROM readings")).toEqual([{ n: 5 }]);
  });
});

test("cursorFor() needs partitionBy, and a key", async () => {
  const plain = resource("plain", { incremental: { cursorPath: "at", initialValue: 0 } }, () => [
    { at: Number(current.incremental<number>().cursorFor("x").lastValue) },
  ]);
  expect(await failure(() => localPipeline().run(plain))).toMatchObject({ code: "config" });
  const odd = resource("odd", { incremental: { cursorPath: "at", initialValue: 0, partitionBy: "x" } }, () => [
    { x: 1, at: Number(current.incremental<number>().cursorFor(Number.NaN).lastValue) },
  ]);
  expect(await failure(() => localPipeline().run(odd))).toMatchObject({ message: expect.stringContaining("asked for NaN") });
});
