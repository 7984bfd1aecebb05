import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { pipeline, resource, source } from "../../src/index.ts";
import { testDestinations } from "../destinations.ts";
import { tempDir } from "../temp-dir.ts";

const size = 1500;
const [first, last] = [1, 4];

/** Run `run` appends, merges and replaces `size` rows, with what is nested in them, and brings a version of one more. */
const shop = (run: number, strategy: "truncate-and-insert" | "insert-from-staging") =>
  source("shop", () => {
    const rows = Array.from({ length: size }, (_, id) => ({ id, run, tags: [{ run }] }));
    return [
      resource("events", function* ({ state }) {
        state["run"] = run;
        yield rows;
      }),
      resource("items", { writeDisposition: "merge", primaryKey: "id" }, rows),
      resource("snapshot", { writeDisposition: { disposition: "replace", strategy } }, rows),
      resource("prices", { writeDisposition: { disposition: "merge", strategy: "scd2" } }, [{ id: 1, price: run }]),
    ];
  })();

/** One statement sees one moment. */
const seenAtOnce = `SELECT ${[
  "(SELECT count(*) FROM shop.events)",
  "(SELECT count(*) FROM shop.events__tags)",
  ...["items", "items__tags", "snapshot", "snapshot__tags"].flatMap((table) =>
    ["count(*)", "min(run)", "max(run)"].map((what) => `(SELECT ${what} FROM shop.${table})`),
  ),
  "(SELECT price FROM shop.prices WHERE _dlt_valid_to IS NULL)",
  "(SELECT count(*) FROM shop.prices)",
  "(SELECT count(*) FROM shop._dlt_loads)",
  "(SELECT count(*) FROM shop._dlt_pipeline_state)",
]
  .map((expression, index) => `${expression} AS c${index}`)
  .join(", ")}`;

const wholeAfter = (run: number): number[] => [
  ...[run * size, run * size],
  ...Array.from({ length: 4 }, () => [size, run, run]).flat(),
  ...[run, run, run, run],
];

describe.each(testDestinations)("who reads from $name while packages are committed", ({ create }) => {
  test.each(["truncate-and-insert", "insert-from-staging"] as const)(
    "sees all tables of a package or none of it, never an empty or a half one; tables are replaced by %s",
    async (strategy) => {
      const database = await create();
      const p = pipeline({
        name: "shop",
        destination: database.destination(),
        datasetName: "shop",
        pipelinesDir: tempDir(),
        progress: "none",
      });
      await p.run(shop(first, strategy));
      const seen = new Set<string>();
      let isDone = false;
      const reading = (async () => {
        while (!isDone) {
          const [row = {}] = await database.query(seenAtOnce);
          seen.add(JSON.stringify(Object.values(row).map(Number)));
          await nextTurn();
        }
      })();
      reading.catch(() => {});
      try {
        for (let run = first + 1; run <= last; run += 1) await p.run(shop(run, strategy));
      } finally {
        isDone = true;
        await reading;
      }
      const whole = Array.from({ length: last }, (_, index) => JSON.stringify(wholeAfter(index + 1)));
      expect([...seen].filter((one) => !whole.includes(one))).toEqual([]);
      expect(seen.size).toBeGreaterThan(1);
    },
  );
});
