import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { destinationFactories } from "./registry.ts";

test("the registry lists every destination folder", () => {
  const script = fileURLToPath(new URL("../../scripts/gen-registry.mjs", import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(status).toBe(0);
});

test("each name makes a destination of that type, under the name that it is given", async () => {
  for (const [type, make] of destinationFactories) expect(await make({ name: "mine" })).toMatchObject({ type, name: "mine" });
});
