import { afterEach, describe, expect, test } from "vitest";
import { type CrashPoint, onCrashPoint } from "../../src/core/crash-point.ts";
import { type PipelineEvent, resource, withHints } from "../../src/index.ts";
import { failure, type Machine, machine } from "./local-pipeline.ts";

/** One row of a new table that is discarded by extract, and one value and one column by normalize. */
const rows = () =>
  resource("items", { schemaContract: { columns: "discard_row" } }, function* () {
    yield { id: 1 };
    yield { id: 2, extra: true };
    yield withHints({ id: 3 }, { tableName: "others", schemaContract: "discard_row" } as never);
  });

const prepared = async (): Promise<Machine> => {
  const m = machine();
  await m.pipeline().run([{ id: 0 }], { tableName: "items" });
  return m;
};

const expected = [
  { table: "others", rows: 1, discarded: "row" },
  { table: "items", column: "extra", rows: 1, discarded: "row" },
];

afterEach(() => onCrashPoint(undefined));

function dieAt(point: CrashPoint): void {
  onCrashPoint((name) => {
    if (name === point) throw new Error("killed");
  });
}

describe("what contracts kept out of a package is told by the run that loads it", () => {
  test.each(["extract:after-commit", "normalize:after-commit", "load:in-transaction"] as const)(
    "when the one before ended at %s",
    async (point) => {
      const m = await prepared();
      dieAt(point);
      expect(await failure(() => m.pipeline().run(rows()))).toMatchObject({ message: expect.stringContaining("killed") });
      onCrashPoint(undefined);
      const events: PipelineEvent[] = [];
      const info = await m.pipeline({ onEvent: (event) => events.push(event) }).run();
      expect(info.discarded).toHaveLength(2);
      expect(info.discarded).toMatchObject(expected.map((one) => ({ ...one, loadId: info.loadIds[0] })));
      expect(events.filter((event) => event.type === "row-discarded")).toMatchObject(expected);
      expect(String(info)).toContain("others");
      expect((await m.pipeline().run(rows())).discarded).toHaveLength(2);
    },
  );

  test("and not again, when the calls before told it in full", async () => {
    const m = await prepared();
    expect((await m.pipeline().extract(rows())).discarded).toMatchObject([expected[0]!]);
    expect((await m.pipeline().normalize()).discarded).toMatchObject([expected[1]!]);
    expect((await m.pipeline().run()).discarded).toBeUndefined();
  });
});
