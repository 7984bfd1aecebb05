import assert from "node:assert/strict";
import { resource } from "../../extract/resource.ts";
import type { MergeStrategy } from "../../schema/hint-options.ts";
import { all, type CaseContext, type ConformanceCase, needsRows } from "./conformance-case.ts";
import { needsNesting, nestedTableOf } from "./nested.ts";

interface Deal {
  readonly id: number;
  readonly status?: string;
  readonly at?: number;
  readonly gone?: boolean;
  readonly notes?: readonly { readonly id: number }[];
}

const columns = { id: "bigint", status: "text" } as const;

function can(strategy: MergeStrategy): NonNullable<ConformanceCase["skip"]> {
  return all(needsRows, ({ capabilities }: CaseContext) =>
    capabilities.mergeStrategies.includes(strategy) ? undefined : `it does not merge so (capability \`mergeStrategies\`)`,
  );
}

function deals(strategy: "delete-insert" | "upsert" | "insert-only", rows: readonly Deal[]) {
  const columnHints = { at: { dedupSort: "desc" }, gone: { hardDelete: true } } as const;
  const options = { writeDisposition: { disposition: "merge", strategy }, primaryKey: "id" } as const;
  // A hint of a column that never comes would make an incomplete column; that is not the point here.
  const used = Object.entries(columnHints).filter(([name]) => rows.some((row) => name in row));
  return resource("deals", { ...options, columns: Object.fromEntries(used) }, rows);
}

/** What becomes of rows whose key is there already. */
export const mergeCases: readonly ConformanceCase[] = [
  ...(["delete-insert", "upsert"] as const).flatMap((strategy): ConformanceCase[] => [
    {
      name: `merge > ${strategy} > a key that comes again changes its row, new ones are added`,
      skip: can(strategy),
      async run(world) {
        const p = world.pipeline();
        await p.run(
          deals(
            strategy,
            [1, 2, 3].map((id) => ({ id, status: "open" })),
          ),
        );
        await p.run(
          deals(
            strategy,
            [2, 4].map((id) => ({ id, status: "won" })),
          ),
        );
        await world.expectRows(
          "deals",
          columns,
          [1, 2, 3, 4].map((id) => ({ id, status: id % 2 === 0 ? "won" : "open" })),
        );
      },
    },
    {
      name: `merge > ${strategy} > what is nested goes with its row`,
      skip: all(can(strategy), needsNesting),
      async run(world) {
        const p = world.pipeline();
        await p.run(
          deals(
            strategy,
            [1, 2].map((id) => ({ id, notes: [{ id: id * 10 }, { id: id * 10 + 1 }] })),
          ),
        );
        await p.run(deals(strategy, [{ id: 2, notes: [{ id: 29 }] }]));
        assert.deepEqual(await world.ids(nestedTableOf(p, "deals")), [10, 11, 29]);
      },
    },
    {
      name: `merge > ${strategy} > a row that is marked as deleted goes`,
      skip: can(strategy),
      async run(world) {
        const p = world.pipeline();
        await p.run(
          deals(
            strategy,
            [1, 2].map((id) => ({ id, gone: false })),
          ),
        );
        await p.run(deals(strategy, [{ id: 1, gone: true }]));
        assert.deepEqual(await world.ids("deals"), [2]);
      },
    },
  ]),
  {
    name: "merge > delete-insert > of rows with one key in one package the one that sorts first counts",
    skip: can("delete-insert"),
    async run(world) {
      await world.pipeline().run(
        deals("delete-insert", [
          { id: 1, at: 1, status: "old" },
          { id: 1, at: 3, status: "new" },
          { id: 1, at: 2, status: "middle" },
        ]),
      );
      await world.expectRows("deals", columns, [{ id: 1, status: "new" }]);
    },
  },
  {
    name: "merge > delete-insert > rows of a merge key take the place of all that have it",
    skip: can("delete-insert"),
    async run(world) {
      const p = world.pipeline();
      const visits = (rows: readonly Deal[]) => resource("visits", { writeDisposition: "merge", mergeKey: "status" }, rows);
      await p.run(visits([1, 2, 3].map((id) => ({ id, status: id < 3 ? "mon" : "tue" }))));
      await p.run(visits([4, 5].map((id) => ({ id, status: id === 4 ? "mon" : "wed" }))));
      await world.expectRows("visits", columns, [
        { id: 3, status: "tue" },
        { id: 4, status: "mon" },
        { id: 5, status: "wed" },
      ]);
    },
  },
  {
    name: "merge > insert-only > a key that is there stays as it is",
    skip: can("insert-only"),
    async run(world) {
      const p = world.pipeline();
      await p.run(deals("insert-only", [{ id: 1, status: "first" }]));
      await p.run(
        deals(
          "insert-only",
          [1, 2].map((id) => ({ id, status: "second" })),
        ),
      );
      await world.expectRows("deals", columns, [
        { id: 1, status: "first" },
        { id: 2, status: "second" },
      ]);
    },
  },
  {
    name: "merge > scd2 > a row that changed is closed, and its new version is open",
    skip: can("scd2"),
    async run(world) {
      const p = world.pipeline();
      const people = (rows: readonly Deal[]) => resource("people", { writeDisposition: { disposition: "merge", strategy: "scd2" } }, rows);
      await p.run(people([1, 2].map((id) => ({ id, status: "a" }))));
      await p.run(people([1, 2].map((id) => ({ id, status: id === 1 ? "a" : "b" }))));
      const versions = await world.rows("people", { ...columns, _dlt_valid_to: "timestamp" });
      assert.deepEqual(
        versions.map(({ id, status, _dlt_valid_to: end }) => `${id} ${status} ${end === null ? "open" : "closed"}`).toSorted(),
        ["1 a open", "2 a closed", "2 b open"],
      );
    },
  },
];
