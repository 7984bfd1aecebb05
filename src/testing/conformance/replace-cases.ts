import assert from "node:assert/strict";
import { resource } from "../../extract/resource.ts";
import { type ReplaceStrategy, replaceStrategies } from "../../schema/hint-options.ts";
import { all, type ConformanceCase, needsRows } from "./conformance-case.ts";
import { inSmallFiles } from "./in-small-files.ts";
import { needsNesting, nestedTableOf } from "./nested.ts";

/** What becomes of the old rows of a table that is replaced. */
export const replaceCases: readonly ConformanceCase[] = replaceStrategies.flatMap((strategy) => {
  const isDone = all(needsRows, ({ capabilities }) =>
    capabilities.replaceStrategies.includes(strategy) ? undefined : `it does not replace so (capability \`replaceStrategies\`)`,
  );
  return [
    {
      name: `replace > ${strategy} > only the rows of the last run are left`,
      skip: isDone,
      async run(world) {
        const p = world.pipeline();
        for (const ids of [[1, 2], [3]])
          await p.run(
            replaced(
              strategy,
              ids.map((id) => ({ id })),
            ),
          );
        assert.deepEqual(await world.ids("days"), [3]);
      },
    },
    {
      name: `replace > ${strategy} > other tables keep their rows`,
      skip: isDone,
      async run(world) {
        const p = world.pipeline();
        for (const id of [1, 2]) await p.run([replaced(strategy, [{ id }]), resource("log", [{ id }])]);
        assert.deepEqual([await world.ids("days"), await world.ids("log")], [[2], [1, 2]]);
      },
    },
    {
      name: `replace > ${strategy} > nested tables are replaced, too, also where nothing new is nested`,
      skip: all(isDone, needsNesting),
      async run(world) {
        const p = world.pipeline();
        await p.run(replaced(strategy, [{ id: 1, parts: [{ id: 11 }, { id: 12 }] }]));
        const nested = nestedTableOf(p, "days");
        await p.run(replaced(strategy, [{ id: 2, parts: [{ id: 21 }] }]));
        assert.deepEqual(await world.ids(nested), [21]);
        await p.run(replaced(strategy, [{ id: 3 }]));
        assert.deepEqual([await world.ids("days"), await world.ids(nested)], [[3], []]);
      },
    },
    {
      name: `replace > ${strategy} > the rows of all files of the package are there`,
      skip: isDone,
      async run(world) {
        const p = world.pipeline();
        await p.run(replaced(strategy, [{ id: 0 }]));
        const ids = Array.from({ length: 20 }, (_, index) => index + 1);
        await inSmallFiles(7, () =>
          p.run(
            replaced(
              strategy,
              ids.map((id) => ({ id })),
            ),
          ),
        );
        assert.deepEqual(await world.ids("days"), ids);
      },
    },
  ] satisfies ConformanceCase[];
});

function replaced(strategy: ReplaceStrategy, rows: readonly object[]) {
  return resource("days", { writeDisposition: { disposition: "replace", strategy } }, rows);
}
