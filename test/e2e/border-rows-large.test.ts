import { expect, test } from "vitest";
import { type Resource, resource } from "../../src/index.ts";
import { localPipeline, query, values } from "./local-pipeline.ts";

const million = 1_000_000;

function events(count: number): Resource<"events"> {
  return resource("events", { incremental: { cursorPath: "at" } }, function* () {
    for (let from = 0; from < count; from += 10_000)
      yield Array.from({ length: Math.min(10_000, count - from) }, (_, index) => ({ id: from + index, at: "2024-01-01T00:00:00Z" }));
  });
}

test("a million rows with one timestamp: a state below 100 kB, and no row twice", { timeout: 300_000 }, async () => {
  const p = localPipeline();
  await p.run(events(million));
  await p.run(events(million + 5));
  expect(await query(p, "SELECT count(*) AS n, count(DISTINCT id) AS ids FROM events")).toEqual([{ n: million + 5, ids: million + 5 }]);
  const [bytes] = await values(p, "SELECT max(length(state)) FROM _dlt_pipeline_state");
  expect(bytes).toBeLessThan(100_000);
  expect(JSON.stringify(p.state).length).toBeLessThan(100_000);
});
