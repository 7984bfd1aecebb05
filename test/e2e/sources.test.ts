import { describe, expect, test } from "vitest";
import { current, resource, type Source, source, transformer, withHints } from "../../src/index.ts";
import { failure, localPipeline, query, tables, values } from "./local-pipeline.ts";

const crm = source("crm", () => [
  resource("deals", [{ id: 1 }, { id: 2 }, { id: 3 }]),
  resource("people", [{ id: 1, email: "ada@x.org" }]),
]);
const shop = source("shop_api", () => resource("orders", [[{ id: 7 }, { id: 8 }]]));

describe("a source", () => {
  test("loads all its resources into one schema of its name", async () => {
    const p = localPipeline();
    const info = await p.run(crm());
    expect(await tables(p)).toEqual(["deals", "people"]);
    expect(info.packages.map((one) => one.schemaName)).toEqual(["crm"]);
    expect(Object.keys(p.schemas)).toEqual(["crm"]);
    expect(p.defaultSchema?.name).toBe("crm");
  });

  test("is built when it runs, each time", async () => {
    let built = 0;
    const counting = source("counting", () => {
      built += 1;
      return resource("n", [{ built }]);
    });
    const one = counting();
    expect(built).toBe(0);
    const p = localPipeline();
    await p.run(one);
    await p.run(one);
    expect(await values(p, "SELECT built FROM n ORDER BY 1")).toEqual([1, 2]);
  });

  test("may be built by an async function, with resources made in a loop", async () => {
    const dynamic = source("dynamic", async ({ sourceName }) => {
      const names = await Promise.resolve(["a", "b", "c"]);
      return names.map((name) => resource(name, [{ name, sourceName }]));
    });
    const p = localPipeline();
    await p.run(dynamic());
    expect(await tables(p)).toEqual(["a", "b", "c"]);
    await p.run(dynamic().withResources("b"));
    expect(await query(p, "SELECT name, source_name FROM b")).toEqual([
      { name: "b", source_name: "dynamic" },
      { name: "b", source_name: "dynamic" },
    ]);
    expect(await values(p, "SELECT count(*) FROM a")).toEqual([1]);
  });

  test("has the name of its schema, however it was spelled", async () => {
    const seen: string[] = [];
    const spelled = source("My Source", ({ sourceName }) => {
      seen.push(sourceName);
      return resource("rows", function* ({ state }) {
        state["n"] = 1;
        seen.push(current.sourceName());
        yield { id: 1 };
      });
    });
    const p = localPipeline();
    await p.run(spelled());
    expect(seen).toEqual(["my_source", "my_source"]);
    expect(Object.keys(p.state.sources ?? {})).toEqual(["my_source"]);
  });

  test("names itself in `current` while it is built, and gives a signal", async () => {
    const seen: unknown[] = [];
    const naming = source("naming", ({ signal }) => {
      seen.push(current.sourceName(), current.signal() === signal, current.pipeline().name);
      return [];
    });
    await localPipeline().run(naming());
    expect(seen).toEqual(["naming", true, "shop"]);
  });
});

describe("several sources in one run", () => {
  test("are a package and a schema each, in one dataset", async () => {
    const p = localPipeline();
    const info = await p.run([crm(), shop(), resource("loose", [{ id: 1 }])]);
    expect(info.packages.map((one) => one.schemaName)).toEqual(["crm", "shop_api", "shop"]);
    expect(await tables(p)).toEqual(["deals", "loose", "orders", "people"]);
    expect(await values(p, "SELECT schema_name FROM _dlt_loads ORDER BY load_id")).toEqual(["crm", "shop_api", "shop"]);
    expect(await values(p, "SELECT schema_name FROM _dlt_version ORDER BY 1")).toEqual(["crm", "shop", "shop_api"]);
  });

  test("of one name are put together", async () => {
    const p = localPipeline();
    const info = await p.run([crm().withResources("deals"), source("crm", () => resource("notes", [{ id: 1 }]))()]);
    expect(info.packages).toHaveLength(1);
    expect(await tables(p)).toEqual(["deals", "notes"]);
  });

  test("count what they have under one name together", async () => {
    const users = (name: string, count: number) =>
      source(name, () =>
        resource(
          "users",
          Array.from({ length: count }, (_, id) => ({ id })),
        ),
      )();
    const info = await localPipeline({ restoreFromDestination: false }).extract([users("east", 2), users("west", 3)]);
    expect([info.resources["users"]?.items, info.tables["users"]?.items]).toEqual([5, 5]);
  });

  test("may share a resource: it runs once for each, with a state of its own", async () => {
    const users = resource("users", function* ({ state }) {
      state["runs"] = ((state["runs"] as number | undefined) ?? 0) + 1;
      yield { source: current.sourceName() };
    });
    const p = localPipeline();
    const info = await p.run([source("east", () => users)(), source("west", () => users)()]);
    expect(await values(p, "SELECT source FROM users ORDER BY 1")).toEqual(["east", "west"]);
    expect(info.rowCounts["users"]).toBe(2);
    expect(p.state.sources).toEqual({ east: { resources: { users: { runs: 1 } } }, west: { resources: { users: { runs: 1 } } } });
  });
});

describe("a changed source", () => {
  test("withResources runs only those", async () => {
    const p = localPipeline();
    await p.run(crm().withResources("deals"));
    expect(await tables(p)).toEqual(["deals"]);
  });

  test("mapResource changes one of its resources", async () => {
    const p = localPipeline();
    await p.run(crm().mapResource("people", (people) => people.map((person) => ({ ...person, email: "***" })).withName("persons")));
    expect(await tables(p)).toEqual(["deals", "persons"]);
    expect(await values(p, "SELECT email FROM persons")).toEqual(["***"]);
  });

  test("limit holds for every resource", async () => {
    const p = localPipeline();
    await p.run(crm().limit(1));
    expect(await query(p, "SELECT (SELECT count(*) FROM deals) d, (SELECT count(*) FROM people) p")).toEqual([{ d: 1, p: 1 }]);
  });

  test("withName is another schema and another state", async () => {
    const p = localPipeline();
    const info = await p.run([crm(), crm().withName("crm_copy")]);
    expect(info.packages.map((one) => one.schemaName)).toEqual(["crm", "crm_copy"]);
    expect(await values(p, "SELECT count(*) FROM deals")).toEqual([6]);
  });

  test("applyHints holds for the source", async () => {
    const p = localPipeline();
    const nested = source("nested", () => resource("rows", [{ id: 1, lines: [{ n: 1 }] }]));
    await p.run(nested().applyHints({ maxTableNesting: 0 }));
    expect(await query(p, "SELECT lines::text AS lines FROM rows")).toEqual([{ lines: '[{"n":1}]' }]);
  });

  test("applyHints({ parallel: true }) runs its resources at the same time", async () => {
    const flight = { now: 0, most: 0 };
    const slow = (name: string) =>
      resource(name, async function* () {
        flight.most = Math.max(flight.most, ++flight.now);
        await new Promise((resolve) => setTimeout(resolve, 5));
        flight.now -= 1;
        yield { id: 1 };
      });
    const many = source("many", () => ["a", "b", "c"].map(slow));
    const p = localPipeline({ restoreFromDestination: false });
    await p.extract(many());
    expect(flight.most).toBe(1);
    await p.extract(many().applyHints({ parallel: true }));
    expect(flight.most).toBe(3);
  });

  test("a transformer gets the changed parent", async () => {
    const linked = source("linked", () => {
      const users = resource("users", [{ id: 1 }, { id: 2 }]);
      return [users, transformer(users, "details", ({ id }) => ({ id }))];
    });
    const p = localPipeline();
    await p.run(linked().mapResource("users", (users) => users.map(({ id }) => ({ id: id * 10 }))));
    expect(await values(p, "SELECT id FROM details ORDER BY 1")).toEqual([10, 20]);
    const q = localPipeline();
    await q.run(linked().withResources("details"));
    expect(await tables(q)).toEqual(["details"]);
  });

  test("changes are made in the order in which they were asked for", async () => {
    const p = localPipeline();
    await p.run(
      crm()
        .mapResource("deals", (deals) => deals.withName("sales"))
        .withResources("sales")
        .limit(2),
    );
    expect(await tables(p)).toEqual(["sales"]);
    expect(await values(p, "SELECT count(*) FROM sales")).toEqual([2]);
  });
});

describe("selected: false", () => {
  test("leaves a resource out until it is asked for", async () => {
    let runs = 0;
    const some = source("some", () => [
      resource("yes", [{ id: 1 }]),
      resource("no", { selected: false }, function* () {
        runs += 1;
        yield { id: 2 };
      }),
    ]);
    const p = localPipeline();
    await p.run(some());
    expect(await tables(p)).toEqual(["yes"]);
    expect(runs).toBe(0);
    await p.run(some().withResources("no"));
    expect(await tables(p)).toEqual(["no", "yes"]);
  });
});

describe("build()", () => {
  test("gives the resources of a source, for tests", async () => {
    const { deals, people } = await crm().build();
    const rows: unknown[] = [];
    for await (const row of deals) rows.push(row);
    for await (const row of people) rows.push(row);
    expect(rows).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }, { id: 1, email: "ada@x.org" }]);
  });

  test("gives those that were asked for, as they were changed", async () => {
    const built = await crm()
      .withResources("deals")
      .mapResource("deals", (deals) => deals.limit(1))
      .build();
    expect(Object.keys(built)).toEqual(["deals"]);
    const rows: unknown[] = [];
    for await (const row of built.deals) rows.push(row);
    expect(rows).toEqual([{ id: 1 }]);
  });
});

describe("is refused with words:", () => {
  const run = (data: unknown) => () => localPipeline({ restoreFromDestination: false }).run(data as Source);
  test.each([
    ["a factory instead of a source", run(crm), "`crm` is the factory of a source, not a source: call it, run(crm())"],
    ["a factory in a list", run([resource("a", []), crm]), "`crm` is the factory of a source, not a source: call it"],
    [
      "rows in a list of resources",
      run([resource("a", []), { id: 1 }]),
      "Each member of a list of sources and resources has to be a resource",
    ],
    ["rows without a table name", run([{ id: 1 }]), "Rows without a resource need a table"],
    ["a number", run(42), "run() needs rows"],
    ["a single row", run({ id: 1 }), "Wrap a single row in an array"],
    ["a text", run("rows"), "run() needs rows"],
    ["a name that no resource has", run(crm().withResources("dealz" as never)), "has no resource `dealz`. It has `deals`, `people`"],
    ["a change of a resource that is not there", run(crm().mapResource("x" as never, (r) => r)), "has no resource `x`"],
    ["a change that gives no resource", run(crm().mapResource("deals", () => 1 as never)), "has to return a resource"],
    [
      "a source that returns no resources",
      run(source("odd", () => [{ id: 1 }] as never)()),
      "Item 0 of what source `odd` returned has to be a resource",
    ],
    [
      "two resources of one name in a source",
      run(source("twice", () => [resource("a", []), resource("a", [])])()),
      "Two different resources of source `twice` are named `a`",
    ],
    ["two resources of one name in a run", run([resource("a", []), resource("a", [])]), "are named `a`"],
    [
      "an unknown write disposition",
      run(resource("a", { writeDisposition: "upsert" as never }, [{ id: 1 }])),
      '`writeDisposition` is "upsert", but has to be one of',
    ],
    [
      "an unknown data type",
      run(resource("a", { columns: { id: { dataType: "int" as never } } }, [{ id: 1 }])),
      '`columns.id.dataType` is "int"',
    ],
    [
      "an unknown hint of a column",
      run(resource("a", { columns: { id: { datatype: "text" } as never } }, [{ id: 1 }])),
      "Column `id` has an unknown hint `datatype`",
    ],
    [
      "a nesting below 0",
      run(resource("a", { maxTableNesting: -1 }, [{ id: 1 }])),
      "`maxTableNesting` has to be a whole number of 0 or more",
    ],
    [
      "an option of run() that does not exist",
      () => localPipeline().run([{}], { tableName: "t", primarykey: "id" } as never),
      "run() does not know the option `primarykey`",
    ],
  ])("%s", async (_, call, message) => {
    const error = await failure(call);
    expect(error).toMatchObject({ code: "config" });
    expect(String(error)).toContain(message);
  });

  test.each([
    [
      "an unknown option of a resource",
      () => resource("a", { primarykey: "id" } as never, []),
      "Resource `a` does not know the option `primarykey`",
    ],
    [
      "an unknown option of a source",
      () => source("a", { sectoin: "x" } as never, () => []),
      "Source `a` does not know the option `sectoin`",
    ],
    [
      "an unknown hint of applyHints",
      () => resource("a", []).applyHints({ tablename: "x" } as never),
      "does not know the option `tablename`",
    ],
    ["an unknown hint of a source", () => crm().applyHints({ rootkey: true } as never), "does not know the option `rootkey`"],
    [
      "an unknown option of a pipeline",
      () => localPipeline({ datasetname: "x" } as never),
      "pipeline() does not know the option `datasetname`",
    ],
    ["an empty name of a resource", () => resource("", []), "A resource needs a name"],
    ["a blank name of a resource", () => resource("  ", []), "A resource needs a name"],
    ["a name that is no text", () => resource(1 as never, []), "A resource needs a name"],
    ["an empty name in withName", () => resource("a", []).withName(""), "A resource needs a name"],
    ["an empty name of a source", () => source("", () => []), "A source needs a name"],
    ["an empty name in withName of a source", () => crm().withName(" "), "A source needs a name"],
    ["an empty name of a pipeline", () => localPipeline({ name: "" }), "A pipeline needs a name"],
    ["a name of a pipeline that is no folder", () => localPipeline({ name: "a/b" }), "cannot be the name of a folder"],
    ["an empty dataset name", () => localPipeline({ datasetName: " " }), "`datasetName` of a pipeline must not be blank"],
    [
      "an unknown part of a limit",
      () => resource("a", []).limit({ maxitems: 3 } as never),
      "limit() of resource `a` does not know the option `maxitems`",
    ],
    ["a limit of no duration", () => resource("a", []).limit({ maxTime: "3 s" as never }), "`3 s` is not a duration"],
    [
      "an unknown stateAccess",
      () => resource("a", { stateAccess: "readonly" as never }, []),
      '`stateAccess` is "readonly", but has to be one of "read", "write"',
    ],
    [
      "an unknown hint of withHints",
      () => withHints([], { primarykey: "id" } as never),
      "withHints() does not know the option `primarykey`",
    ],
    [
      "an unknown order",
      () => localPipeline({ extract: { order: "random" as never } }),
      '`extract.order` is "random", but has to be one of "fifo", "round_robin"',
    ],
    [
      "an unknown setting of extract",
      () => localPipeline({ extract: { worker: 2 } as never }),
      "`extract` of pipeline() does not know the option `worker`",
    ],
    [
      "an unknown setting of load",
      () => localPipeline({ load: { keep: true } as never }),
      "`load` of pipeline() does not know the option `keep`",
    ],
    ["an unknown progress", () => localPipeline({ progress: "bar" as never }), '`progress` is "bar", but has to be one of'],
    ["a resource of nothing", () => resource("a", null as never), "Resource `a` needs rows"],
    ["a resource of a number", () => resource("a", 42 as never), "Resource `a` needs rows"],
    ["a resource of a single row", () => resource("a", { id: 1 } as never), "Wrap a single row in an array"],
    ["a source without a function", () => source("a", [] as never), "Source `a` needs a function"],
    ["a naming that does not exist", () => localPipeline({ naming: "kebab" as never }), "There is no naming convention `kebab`"],
    [
      "no places for parallel items",
      () => localPipeline({ extract: { maxParallelItems: 0 } }),
      "`extract.maxParallelItems` has to be a whole number",
    ],
  ])("%s", (_, call, message) => {
    expect(call).toThrow(expect.objectContaining({ code: "config", message: expect.stringContaining(message) }));
  });
});
