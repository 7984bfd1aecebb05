import { expect, test } from "vitest";
import { localPipeline } from "./local-pipeline.ts";

test("a table whose name no file can have is refused with advice, and the package can be given up", async () => {
  const p = localPipeline();
  const failure = await p.run([{ id: 1, [`list_${"x".repeat(300)}`]: [1, 2] }], { tableName: "docs" }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "step-failed", step: "normalize", cause: { code: "working-dir" } });
  expect(String(failure)).toMatch(/longer than the file system takes.*maxTableNesting/);
  await p.abortPackages();
  await p.run([{ id: 1, [`list_${"x".repeat(300)}`]: [1, 2] }], { tableName: "docs", maxTableNesting: 0 });
  await using client = p.sqlClient();
  expect(await client.query(`SELECT list_${"x".repeat(300)} AS list FROM docs`)).toEqual([{ list: "[1,2]" }]);
});
