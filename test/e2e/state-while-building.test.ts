import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { source } from "../../src/index.ts";
import { machine } from "./local-pipeline.ts";

test("State: a whole float that dlt stored is a number to the function of a source, and to who looks at the state", async () => {
  const p = machine().pipeline();
  const seen: unknown[] = [];
  const rates = source("rates", ({ state }) => {
    seen.push(state["limit"]);
    return [];
  });
  await p.run([{ id: 1 }], { tableName: "any" });
  const path = join(p.workingDir, "state.json");
  const stored = readFileSync(path, "utf8").replace('"schema_names"', '"sources":{"rates":{"limit":5.0}},"schema_names"');
  writeFileSync(path, stored);
  expect(p.state.sources).toEqual({ rates: { limit: 5 } });
  await p.run(rates());
  expect(seen).toEqual([5]);
});
