import { join } from "node:path";
import { expect, test } from "vitest";
import { current, type Pipeline, type PipelineOptions, type ResourceContext, resource, type Source, source } from "../../src/index.ts";
import { machine, query, values } from "./local-pipeline.ts";

/** Two machines over one database. */
function twoMachines(): readonly [(options?: PipelineOptions) => Pipeline, (options?: PipelineOptions) => Pipeline] {
  const local = machine();
  return [
    (options) => local.pipeline({ pipelinesDir: join(local.dir, "first"), ...options }),
    (options) => local.pipeline({ pipelinesDir: join(local.dir, "second"), ...options }),
  ];
}

/** A resource that counts in its own state, another one in what the source shares, and one without state. */
function shop(row: object = {}): Source {
  const counted = (name: string) =>
    resource(name, function* ({ state }: ResourceContext<{ n?: number }>) {
      state.n = (state.n ?? 0) + 1;
      yield { n: state.n, ...row };
    });
  const shared = resource("shared", { stateAccess: "write" }, function* () {
    const state = current.sourceState<{ n?: number }>();
    state.n = (state.n ?? 0) + 1;
    yield { n: state.n };
  });
  return source("shop", () => [counted("orders"), counted("users"), shared, resource("events", [row])])();
}

const one = (name: string, row?: object) => shop(row).withResources(name);

for (const name of ["orders", "shared"]) {
  test(`State: while a package waits, what another machine stores does not take the count of \`${name}\` back`, async () => {
    const [first, second] = twoMachines();
    await first().extract(one(name));
    await second().run(one("users"));
    await first().extract(one(name));
    await first().run(one("users"));
    expect(await values(first(), `SELECT n FROM ${name} ORDER BY n`)).toEqual([1, 2]);
    expect(await values(first(), "SELECT n FROM users ORDER BY n")).toEqual([1, 2]);
  });
}

test("State: one that was changed and changed back meanwhile gets a higher version, and all machines go on from it", async () => {
  const [first, second] = twoMachines();
  await first().run(one("orders"));
  await first().extract(one("orders"));
  const edit = (change: (slot: Record<string, unknown>) => void) => second().editState((state) => change(state.sources!["shop"]!));
  await edit((slot) => {
    slot["note"] = 1;
  });
  await edit((slot) => {
    delete slot["note"];
  });
  await first().normalize();
  await first().load();
  await second().run(one("users"));
  await first().run(one("orders"));
  expect(await values(first(), "SELECT n FROM orders ORDER BY n")).toEqual([1, 2, 3]);
  const versions = await values(first(), "SELECT version FROM _dlt_pipeline_state ORDER BY _dlt_load_id");
  expect(versions).toEqual(versions.toSorted((a, b) => Number(a) - Number(b)));
});

test("State: what was counted while it was not stored is brought together with what another machine stored", async () => {
  const [first, second] = twoMachines();
  await first().run(one("orders"));
  for (let run = 0; run < 2; run += 1) await first({ restoreFromDestination: false }).run(one("orders"));
  await second().run(one("users"));
  await first().run(one("orders"));
  await second().run(one("users"));
  expect(await values(first(), "SELECT n FROM orders ORDER BY n")).toEqual([1, 2, 3, 4]);
  expect(await values(first(), "SELECT n FROM users ORDER BY n")).toEqual([1, 2]);
});

test("a table that another machine made without a change of state is known at the next run: rows of another type make a variant", async () => {
  const [first, second] = twoMachines();
  await second().run(one("users"));
  await first().run(one("events", { value: 5 }));
  await second().run(one("events", { value: "many" }));
  expect(await query(second(), "SELECT value, value__v_text FROM events ORDER BY value")).toEqual([
    { value: 5, value__v_text: null },
    { value: null, value__v_text: "many" },
  ]);
});

test("a table that another machine made without a change of state can be dropped", async () => {
  const [first, second] = twoMachines();
  await second().run(one("users"));
  await first().run(one("events", { value: 5 }));
  expect((await second().drop("events")).tables).toEqual(["events"]);
});

test("a column that another machine brought back after a drop stays in the schema", async () => {
  const [first, second] = twoMachines();
  await first().run(one("users"));
  await first().run(one("events", { value: 5 }));
  await first().drop("events");
  await second().sync();
  await second().extract(one("orders"));
  await first().run(one("events", { value: 5 }));
  await second().run();
  const [stored] = await query<{ schema: string }>(second(), "SELECT schema FROM _dlt_version ORDER BY inserted_at DESC LIMIT 1");
  expect(Object.keys(JSON.parse(stored!.schema).tables)).toEqual(expect.arrayContaining(["events", "orders", "users"]));
});
