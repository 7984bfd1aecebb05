import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { failure, localPipeline, query } from "./local-pipeline.ts";

test("a statement of insert_values is no larger than a megabyte, unless one row is", async () => {
  const p = localPipeline();
  const megabyte = 1024 * 1024;
  // Over four megabytes of values, and a row that no limit can part.
  const rows = [...Array.from({ length: 400 }, (_, id) => ({ id, text: "x".repeat(11_000) })), { id: 400, text: "y".repeat(2 * megabyte) }];
  await p.run(rows, { tableName: "texts", loaderFileFormat: "insert_values" });
  const files = (await p.listPackages()).flatMap(({ jobs }) => jobs).filter(({ table }) => table === "texts");
  expect(files.length).toBeGreaterThan(4);
  for (const { path, format } of files) {
    expect(format).toBe("insert_values");
    const text = readFileSync(path!, "utf8");
    expect(text.match(/^INSERT INTO /gm)).toHaveLength(1);
    expect(text.length > 1.1 * megabyte && !text.includes("yyyy")).toBe(false);
  }
  expect(await query(p, "SELECT count(*)::INT AS n, sum(length(text))::INT AS length FROM texts")).toEqual([
    { n: 401, length: 400 * 11_000 + 2 * megabyte },
  ]);
});

test("a format for extract() is refused, since it writes no files of jobs", async () => {
  const p = localPipeline();
  expect(await failure(() => p.extract([{ id: 1 }], { tableName: "texts", loaderFileFormat: "jsonl" }))).toMatchObject({
    code: "config",
    message: expect.stringContaining("normalize()"),
  });
  expect(p.hasPendingData).toBe(false);
});
