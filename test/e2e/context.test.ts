import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { current, field, NotRunningError, type ResourceContext, resource, source, transformer } from "../../src/index.ts";
import { failure, localPipeline, query, values } from "./local-pipeline.ts";

/** Far from the resource: nobody passes a context here. */
async function helper(label: string): Promise<{ label: string; name: string; source: string; n: number }> {
  await sleep(1);
  const state = current.resourceState<{ n?: number }>();
  state.n = (state.n ?? 0) + 1;
  return { label, name: current.resourceName(), source: current.sourceName(), n: state.n };
}

describe("`current`", () => {
  test("is the running resource after an await, in Promise.all, in timers and in helpers", async () => {
    const p = localPipeline();
    await p.run(
      resource("users", async function* () {
        yield await helper("await");
        yield await Promise.all([helper("all"), helper("all")]);
        yield await new Promise<{ label: string; name: string }>((resolve) => {
          setTimeout(() => resolve({ label: "timer", name: current.resourceName() }), 1);
        });
        yield () => helper("thunk");
        await Promise.resolve();
        yield { label: "plain", name: current.resourceName() };
      }),
    );
    expect(await values(p, "SELECT DISTINCT name FROM users")).toEqual(["users"]);
    expect(await values(p, "SELECT label FROM users WHERE n IS NOT NULL ORDER BY n")).toEqual(["await", "all", "all", "thunk"]);
    expect(p.state.sources?.["shop"]?.resources?.["users"]).toEqual({ n: 4 });
  });

  test("has the same objects as the context", async () => {
    const seen: boolean[] = [];
    const users = resource("users", async function* ({ state, signal, resourceName }: ResourceContext<{ n?: number }>) {
      seen.push(current.resourceState() === state, current.signal() === signal, current.resourceName() === resourceName);
      yield { id: 1 };
      seen.push(current.resourceState() === state);
    });
    await localPipeline().run(users);
    expect(seen).toEqual([true, true, true, true]);
  });

  test("is the resource in a function that names the table of a row, and in an iterable of its own", async () => {
    const p = localPipeline();
    const names: string[] = [];
    const rows = {
      *[Symbol.iterator]() {
        names.push(current.resourceName());
        yield { id: 1 };
      },
    };
    const iterable = {
      [Symbol.iterator]: () => {
        names.push(current.resourceName());
        return rows[Symbol.iterator]();
      },
    };
    await p.run(resource("users", { tableName: () => `${current.resourceName()}_of_${current.sourceName()}` }, iterable));
    expect(names).toEqual(["users", "users"]);
    expect(await values(p, "SELECT id FROM users_of_shop")).toEqual([1]);
  });

  test("an iterable that cannot be iterated is the failure of its resource", async () => {
    const broken = {
      [Symbol.iterator]: (): Iterator<{ id: number }> => {
        throw new Error("no rows today");
      },
    };
    const error = await failure(() => localPipeline({ restoreFromDestination: false }).extract(resource("users", broken)));
    expect(error).toMatchObject({ code: "resource-failed", resource: "users", cause: new Error("no rows today") });
  });

  test("is the resource in its map, filter and flatMap, also in async ones", async () => {
    const names = new Set<string>();
    const first = resource("first", [{ id: 1 }])
      .map((row) => {
        names.add(`${current.resourceName()} map`);
        return row;
      })
      .filter(async () => {
        await sleep(1);
        names.add(`${current.resourceName()} filter`);
        return true;
      })
      .flatMap(async function* (row) {
        await sleep(1);
        names.add(`${current.resourceName()} flatMap`);
        yield row;
      });
    await localPipeline().run([first, first.withName("second")]);
    expect([...names].sort()).toEqual(["first filter", "first flatMap", "first map", "second filter", "second flatMap", "second map"]);
  });

  test("is the transformer in its function, and the parent in the parent's steps", async () => {
    const p = localPipeline();
    const parent = resource("parent", async function* () {
      yield [{ id: 1 }, { id: 2 }];
    }).map(async (row) => ({ ...row, parent: (await helper("step")).name }));
    const asyncDetails = transformer(parent, "details", async (row) => ({ ...row, ...(await helper("call")) }));
    const more = transformer(asyncDetails, "more", async function* (row) {
      yield { parent: row.parent, child: row.name, name: current.resourceName(), n: (await helper("generator")).n };
    });
    await p.run(more);
    expect(await query(p, "SELECT parent, child, name, n FROM more ORDER BY n")).toEqual([
      { parent: "parent", child: "details", name: "more", n: 1 },
      { parent: "parent", child: "details", name: "more", n: 2 },
    ]);
  });

  test("is each parallel resource for itself, however they interleave", async () => {
    const p = localPipeline();
    const make = (name: string, ms: number) =>
      resource(name, { parallel: true }, async function* ({ state }) {
        for (let i = 0; i < 5; i += 1) {
          await sleep(ms);
          const seen = await helper(name);
          yield { ...seen, same: current.resourceState() === state };
        }
      }).applyHints({ tableName: "calls" });
    await p.run([make("a", 1), make("b", 2), make("c", 3)]);
    expect(
      await query(
        p,
        "SELECT name, count(*) AS calls, bool_and(label = name AND same) AS own, max(n) AS n FROM calls GROUP BY 1 ORDER BY 1",
      ),
    ).toEqual([
      { name: "a", calls: 5, own: true, n: 5 },
      { name: "b", calls: 5, own: true, n: 5 },
      { name: "c", calls: 5, own: true, n: 5 },
    ]);
  });

  test("is the right resource when generators take turns", async () => {
    const p = localPipeline();
    const make = (name: string) =>
      resource(name, function* () {
        for (let i = 0; i < 3; i += 1) yield { expected: name, name: current.resourceName() };
      }).applyHints({ tableName: "turns" });
    await p.run([make("a"), make("b")]);
    expect(await values(p, "SELECT count(*) FROM turns WHERE name = expected")).toEqual([6]);
  });

  test("is the inner resource while one iterates another, and the outer one again between its rows", async () => {
    const seen: string[] = [];
    const inner = resource("inner", async function* () {
      seen.push(current.resourceName());
      yield { id: 1 };
      await Promise.resolve();
      seen.push(current.resourceName());
    });
    const outer = resource("outer", async function* () {
      for await (const row of inner) {
        seen.push(current.resourceName());
        yield row;
      }
      seen.push(current.resourceName());
    });
    await localPipeline({ restoreFromDestination: false }).extract(outer);
    expect(seen).toEqual(["inner", "outer", "inner", "outer"]);
  });

  test("reaches the pipeline", async () => {
    const p = localPipeline();
    const seen: unknown[] = [];
    const users = resource("users", async function* () {
      const { name, datasetName, firstRun, state } = current.pipeline();
      seen.push({ name, datasetName, firstRun, inState: state.pipeline_name });
      yield { id: 1 };
    });
    await p.run(users);
    await p.run(users);
    expect(seen).toEqual([
      { name: "shop", datasetName: "data", firstRun: true, inState: "shop" },
      { name: "shop", datasetName: "data", firstRun: false, inState: "shop" },
    ]);
  });

  test("keeps what was loaded within reach of its SQL client", async () => {
    const p = localPipeline();
    const growing = resource("growing", async function* () {
      const running = current.pipeline();
      let last = 0;
      if (!running.firstRun) {
        await using client = running.sqlClient();
        [{ last }] = (await client.query<{ last: number }>("SELECT max(id) AS last FROM growing")) as [{ last: number }];
      }
      yield { id: last + 1 };
    });
    for (let run = 0; run < 3; run += 1) await p.run(growing);
    expect(await values(p, "SELECT id FROM growing ORDER BY 1")).toEqual([1, 2, 3]);
  });
});

describe("NotRunningError is thrown", () => {
  test.each(Object.keys(current) as (keyof typeof current)[])("by current.%s() outside of a resource", (member) => {
    const call = current[member] as () => unknown;
    expect(call).toThrow(NotRunningError);
    expect(call).toThrow(`\`current.${member}()\` has nothing to give`);
  });

  test("by resourceState while a source is built, where sourceState works", async () => {
    const seen: unknown[] = [];
    const early = source("early", () => {
      seen.push(current.sourceState());
      current.resourceState();
      return [];
    });
    const error = await failure(() => localPipeline().run(early()));
    expect(error).toBeInstanceOf(NotRunningError);
    expect(String(error)).toContain("source `early` is being built");
    expect(seen).toEqual([{}]);
  });

  test("after the run, in what a resource left behind", async () => {
    let leak: (() => string) | undefined;
    await localPipeline().run(
      resource("users", function* () {
        leak = () => current.resourceName();
        yield { id: 1 };
      }),
    );
    expect(leak).toThrow(NotRunningError);
  });
});

test("the config of a source reaches its resources by closure, without `current`", async () => {
  const greeter = source("greeter", { config: { greeting: field.text("Greeting.") } }, ({ config, sourceName }) =>
    resource("hello", async function* () {
      yield { text: `${config.greeting} from ${sourceName}`, source: current.sourceName() };
    }),
  );
  const p = localPipeline();
  await p.run(greeter({ greeting: "hi" }).withName("other"));
  expect(await query(p, "SELECT text, source FROM hello")).toEqual([{ text: "hi from other", source: "other" }]);
});
