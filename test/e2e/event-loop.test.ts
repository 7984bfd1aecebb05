import { describe, expect, test } from "vitest";
import { resource, transformer } from "../../src/index.ts";
import { failure, localPipeline } from "./local-pipeline.ts";

const one = resource("one", { selected: false }, [{ id: 1 }]);

/** Synchronous work of about 50 microseconds. */
function work(): void {
  const until = performance.now() + 0.05;
  while (performance.now() < until);
}

const long = Array.from({ length: 20_000 }, (_, n) => ({ n }));

/** About a second of work that never waits for anything but microtasks. */
const busy = {
  "a transformer's generator": transformer(one, "busy", function* () {
    for (const row of long) {
      work();
      yield row;
    }
  }),
  "an async generator that waits for nothing": transformer(one, "busy", async function* () {
    for (const row of long) {
      work();
      yield row;
    }
  }),
  "a transformer of a long page": transformer(resource("page", { selected: false }, [long]), "busy", (row) => {
    work();
    return row;
  }),
  "a map of a long page": resource("busy", [long]).map((row) => {
    work();
    return row;
  }),
  "a filter of a long page": resource("busy", [long]).filter(() => {
    work();
    return true;
  }),
  "a flatMap": resource("busy", [{ id: 1 }]).flatMap(function* () {
    for (const row of long) {
      work();
      yield row;
    }
  }),
};

describe("timers run and a signal is heard beside", () => {
  test.each(Object.entries(busy))("%s", async (_, rows) => {
    let ticks = 0;
    const stop = new AbortController();
    const timer = setInterval(() => {
      ticks += 1;
      if (ticks === 3) stop.abort();
    }, 5);
    const error = await failure(() => localPipeline({ restoreFromDestination: false }).extract(rows, { signal: stop.signal }));
    clearInterval(timer);
    expect(error).toMatchObject({ code: "cancelled" });
  });
});
