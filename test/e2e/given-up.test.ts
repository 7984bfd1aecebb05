import { join } from "node:path";
import { expect, test } from "vitest";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { LeatError, resource } from "../../src/index.ts";
import { failure, localPipeline, machine } from "./local-pipeline.ts";

test("a key whose type changed is refused with the column, its variant and the type, before the database does", async () => {
  const p = localPipeline();
  const orders = (id: unknown) => resource("orders", { primaryKey: "id", writeDisposition: "merge" }, [{ id }]);
  await p.run(orders(1));
  const error = await failure(() => p.run(orders("a1")));
  expect(error).toMatchObject({ code: "contract-violation", table: "orders", column: "id", value: "a1", rowIndex: 0 });
  expect(String(error)).toContain("a text for column `id`, which is bigint and not nullable: the value would go to `id__v_text`");
});

test("a failure that no time mends says how the pending packages can be given up, which then helps", async () => {
  const p = localPipeline();
  const orders = (id: unknown) => resource("orders", { primaryKey: "id" }, [{ id }]);
  await p.run(orders(1));
  const error = await p.run(orders("a1")).catch((thrown: unknown) => thrown);
  expect(LeatError.is(error) && error.message).toMatch(/are kept: each run begins with them, and fails again .* abortPackages\(\)/);
  await expect(p.run(orders(2))).rejects.toThrow("id__v_text");
  await p.abortPackages();
  await p.run(orders(2));
});

test("a pipeline that fails inside a resource of another: the error names the outer one, its cause the inner one", async () => {
  const local = machine();
  const broken = resource("broken", function* () {
    yield { id: 1 };
    throw new Error("boom");
  });
  const outer = resource("outer", async function* () {
    await local.pipeline({ name: "inner", destination: duckdb(join(local.dir, "inner.duckdb")) }).run(broken);
    yield { id: 1 };
  });
  const error = await local
    .pipeline({ name: "outer" })
    .run(outer)
    .catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "step-failed", pipelineName: "outer", step: "extract", exitCode: 4 });
  expect(error).toMatchObject({ cause: { code: "step-failed", pipelineName: "inner", cause: { code: "resource-failed" } } });
});
