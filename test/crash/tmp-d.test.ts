import { expect, test } from "vitest";
import { crashPoints } from "../../src/core/crash-point.ts";
import { expectExactly, finish, inFolder, runChild } from "./crash-world.ts";
test("restore reaches", async () => {
  await inFolder(async (dir) => {
    const world = { dir, total: 20, batch: 5 };
    const { hits, error } = await runChild({ script: "restore", world });
    expect(error).toBeUndefined();
    console.log(JSON.stringify(hits));
    await finish({ ...world, batch: 20 });
    await expectExactly(world);
  });
}, 60000);
for (const [name, hit] of [["restore:state-blank",1],["restore:state-blank",2],["restore:schemas-written",1],["restore:schemas-written",2],["abort:state-restored",1],["abort:package-ended",1]] as const)
test(`${name} ${hit}`, async () => {
  await inFolder(async (dir) => {
    const world = { dir, total: 20, batch: 5 };
    const { wasKilled } = await runChild({ script: "restore", world, kill: { name, hit } });
    expect(wasKilled).toBe(true);
    await finish({ ...world, batch: 20 });
    await expectExactly(world);
  });
}, 60000);
