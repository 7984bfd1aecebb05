import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { buildGraph } from "./graph.ts";
import { Limiter } from "./limiter.ts";
import { definitionOf, type Resource, resource } from "./resource.ts";
import { runGraph } from "./run-graph.ts";
import { transformer } from "./transformer.ts";

interface Row {
  readonly id: string;
}
type Rows = Resource<string, Row>;

/** Sometimes nothing, sometimes a microtask, sometimes a timer: by chance, but the same each time. */
function pause({ id }: Row): unknown {
  const chance = id.length * 7 + id.charCodeAt(id.length - 1);
  return chance % 3 === 0 ? undefined : chance % 3 === 1 ? Promise.resolve() : sleep(chance % 4);
}

async function later<T>(row: Row, value: T): Promise<T> {
  await pause(row);
  return value;
}

const twin = (row: Row): Row => ({ id: `${row.id}'` });

async function* oneByOne(rows: readonly Row[]): AsyncGenerator<Row> {
  for (const row of rows) yield later(row, row);
}

const forms: Record<string, (rows: readonly Row[]) => unknown> = {
  rows: (rows) => rows,
  pages: (rows) => [rows.slice(0, 3), rows.slice(3)],
  thunks: (rows) => rows.map((row) => () => later(row, row)),
  promises: (rows) => () => rows.map((row) => later(row, [row])),
  generator: (rows) =>
    function* () {
      yield* rows;
    },
  asyncGenerator: (rows) => () => oneByOne(rows),
  thunkOfGenerator: (rows) => [() => oneByOne(rows)],
};

/** Steps that hand every row on. */
const plainSteps: Record<string, (rows: Rows, name: string, parallel: boolean) => Rows> = {
  map: (rows) => rows.map((row) => ({ ...row })),
  asyncMap: (rows) => rows.map((row) => later(row, row)),
  asyncFilter: (rows) => rows.filter((row) => later(row, true)),
  asyncTransformer: (rows, name, parallel) => transformer(rows, name, { parallel }, (row) => later(row, row)),
  pageTransformer: (rows, name, parallel) => transformer(rows, name, { parallel, per: "page" }, async (page) => [...page]),
  thunkTransformer: (rows, name, parallel) => transformer(rows, name, { parallel }, (row) => () => later(row, row)),
};

/** Steps that give each row and its twin. */
const doublingSteps: Record<string, (rows: Rows, name: string, parallel: boolean) => Rows> = {
  flatMap: (rows) => rows.flatMap((row) => [row, twin(row)]),
  asyncFlatMap: (rows) => rows.flatMap((row) => oneByOne([row, twin(row)])),
  transformer: (rows, name, parallel) => transformer(rows, name, { parallel }, (row) => [row, twin(row)]),
  generatorTransformer: (rows, name, parallel) =>
    transformer(rows, name, { parallel }, function* (row) {
      yield row;
      yield () => twin(row);
    }),
  asyncGeneratorTransformer: (rows, name, parallel) => transformer(rows, name, { parallel }, (row) => oneByOne([row, twin(row)])),
};

const chain = fc.record({
  count: fc.nat(9),
  form: fc.constantFrom(...Object.keys(forms)),
  parallel: fc.boolean(),
  steps: fc.array(fc.record({ step: fc.constantFrom(...Object.keys(plainSteps), ...Object.keys(doublingSteps)), parallel: fc.boolean() }), {
    maxLength: 4,
  }),
});
type Chain = typeof chain extends fc.Arbitrary<infer T> ? T : never;

/** The resource of a chain, the ids that have to come out of it, and whether their order is open. */
function build({ count, form, parallel, steps }: Chain, name: string): { rows: Rows; ids: string[]; isUnordered: boolean } {
  let ids = Array.from({ length: count }, (_, n) => `${name}${n}`);
  let rows: Rows = resource(name, { parallel }, forms[form]!(ids.map((id) => ({ id }))) as readonly Row[]);
  steps.forEach(({ step, parallel: isParallel }, depth) => {
    const make = plainSteps[step] ?? doublingSteps[step]!;
    rows = make(rows, `${name}_${depth}`, isParallel);
    if (step in doublingSteps) ids = ids.flatMap((id) => [id, `${id}'`]);
  });
  return {
    rows,
    ids,
    isUnordered: steps.some(({ step, parallel: isParallel }) => isParallel && step.toLowerCase().includes("transformer")),
  };
}

function compare(seen: readonly string[], { ids, isUnordered }: ReturnType<typeof build>): void {
  if (isUnordered) expect([...seen].sort()).toEqual([...ids].sort());
  else expect(seen).toEqual(ids);
}

const settings = fc.record({
  maxParallelItems: fc.integer({ min: 1, max: 4 }),
  workers: fc.integer({ min: 1, max: 3 }),
  order: fc.constantFrom("fifo" as const, "round_robin" as const),
});

test("no row is lost, none comes twice, and the order holds where it is promised", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(chain, { minLength: 1, maxLength: 3 }), settings, async (chains, options) => {
      const built = chains.map((one, index) => build(one, "abc"[index]!));
      const seen = new Map<string, string[]>();
      await runGraph(
        buildGraph(
          "s",
          built.map(({ rows }) => definitionOf(rows, "test")),
        ),
        {
          ...options,
          signal: new AbortController().signal,
          limiter: new Limiter(options.maxParallelItems),
          running: (node, signal) => ({
            sourceName: "s",
            resourceName: node.definition.name,
            stateAccess: "write",
            signal,
            pipeline: undefined,
            sourceState: () => ({}),
            resourceState: () => ({}),
          }),
          write: ({ definition }, rows) => {
            const ids = (rows as Row[]).map((row) => row.id);
            seen.set(definition.name, [...(seen.get(definition.name) ?? []), ...ids]);
          },
        },
      );
      for (const one of built) compare(seen.get(one.rows.name) ?? [], one);
    }),
    { numRuns: 80 },
  );
});

test("iterated on its own, a resource gives the same rows", async () => {
  await fc.assert(
    fc.asyncProperty(chain, async (one) => {
      const built = build(one, "a");
      const seen: string[] = [];
      for await (const row of built.rows) seen.push(row.id);
      compare(seen, built);
    }),
    { numRuns: 80 },
  );
});
