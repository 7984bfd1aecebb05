import { describe, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { type Resource, resource } from "../extract/resource.ts";
import { type Source, source } from "../extract/source.ts";
import type { StateValue } from "../extract/state-types.ts";
import { transformer } from "../extract/transformer.ts";
import type { PipelineState } from "../state/document.ts";
import { LeatError } from "./any-error.ts";
import type { DropInfo } from "./drop.ts";
import type { RunInfo } from "./infos.ts";
import { pipeline } from "./pipeline.ts";

interface User {
  id: number;
  name: string;
}
declare const users: User[];
declare function later(): Promise<User[]>;
const rows = resource("rows", users);
const crm = source("crm", () => [resource("deals", users), resource("people", [{ age: 1 }])]);

const p = pipeline({
  name: "n",
  destination: "my_warehouse",
  signal: AbortSignal.timeout(1000),
  onEvent: (event) => {
    if (event.type === "schema-changed") void event.update;
    if (event.type === "job-failed") void event.job.failedMessage;
  },
});

describe("naming", () => {
  it("is one of leat's by name, or one of the user's own", () => {
    pipeline({ naming: "direct" });
    pipeline({ naming: { name: "mine", normalizeIdentifier: (name) => name.toUpperCase(), pathSeparator: "_of_", maxLength: 30 } });
    // @ts-expect-error no such convention
    pipeline({ naming: "kebab" });
    // @ts-expect-error leat's own tables would have other names than dlt gives them
    pipeline({ naming: "s3_tables" });
    // @ts-expect-error how names become identifiers is missing
    pipeline({ naming: { name: "mine" } });
  });
});

describe("pipeline()", () => {
  it("knows its dataset", () => {
    expectTypeOf(p.datasetName).toEqualTypeOf<"n_dataset">();
    expectTypeOf(pipeline({ name: "n", datasetName: "d" }).datasetName).toEqualTypeOf<"d">();
  });

  it("refuses options that do not exist", () => {
    // @ts-expect-error no such option
    pipeline({ nam: "x" });
    // @ts-expect-error no such word
    pipeline({ extract: { order: "random" } });
  });
});

describe("run()", () => {
  it("takes rows in every form, and checks the keys of known rows", async () => {
    expectTypeOf(await p.run(users, { tableName: "users", primaryKey: "id", writeDisposition: "append" })).toEqualTypeOf<RunInfo>();
    await p.run(later(), { tableName: "x" });
    await p.run(later, { tableName: "x", primaryKey: "id" });
    await p.run(
      function* () {
        yield users;
      },
      { tableName: "u", primaryKey: "id" },
    );
    await p.run(rows, { primaryKey: "id" });
    await p.run();
    // @ts-expect-error no such key
    await p.run(users, { tableName: "users", primaryKey: "idd" });
    // @ts-expect-error no such key
    await p.run(rows, { primaryKey: "idd" });
    // @ts-expect-error no such key
    await p.extract(users, { tableName: "users", primaryKey: "idd" });
    await p.run(users, { tableName: "users", schema: z.object({ id: z.number(), name: z.string() }) });
    // @ts-expect-error a schema of other rows
    await p.run(users, { tableName: "users", schema: z.object({ id: z.string() }) });
  });

  it("takes resources, sources and lists of them, but no factory", async () => {
    const details = transformer(rows, "details", (user) => ({ n: user.id }));
    await p.run([rows, crm(), details]);
    await p.run([
      crm()
        .withResources("deals")
        .mapResource("deals", (deals) => deals.filter((deal) => deal.id > 1)),
      rows,
    ]);
    const anyResources: Resource[] = [rows, details];
    const anySources: Source[] = [crm()];
    await p.run([...anyResources, ...anySources]);
    // @ts-expect-error a factory is not a source yet
    await p.run(crm);
  });
});

describe("the state of a pipeline", () => {
  it("is read-only", () => {
    // @ts-expect-error read-only
    p.state.pipeline_name = "x";
    // @ts-expect-error read-only
    p.state.sources!["crm"] = {};
  });
});

describe("repairing the state", () => {
  it("edits the document, and looks at what was committed", async () => {
    await p.editState((state) => {
      expectTypeOf(state).toEqualTypeOf<PipelineState>();
      state.sources = { crm: { resources: { deals: { last: 1 } } } };
    });
    const [version] = await p.stateHistory();
    expectTypeOf(version!.state).toEqualTypeOf<PipelineState>();
    expectTypeOf(version!.createdAt).toEqualTypeOf<Date>();
    await p.rollbackState(version!.loadId);
  });

  it("keeps values of this machine", () => {
    p.setLocalState("seen", { at: new Date(), list: [1n, null] });
    expectTypeOf(p.getLocalState("seen")).toEqualTypeOf<StateValue>();
    // @ts-expect-error a function is nothing to keep
    p.setLocalState("seen", () => 1);
  });
});

describe("errors", () => {
  it("narrow by their code", async () => {
    try {
      await p.run(rows);
    } catch (error) {
      if (!LeatError.is(error)) throw error;
      if (error.code === "step-failed") {
        expectTypeOf(error.loadId).toEqualTypeOf<string | undefined>();
        if (LeatError.is(error.cause) && error.cause.code === "contract-violation")
          expectTypeOf(error.cause.rowIndex).toEqualTypeOf<number>();
      }
      if (error.code === "pipeline-locked") expectTypeOf(error.ownerPid).toEqualTypeOf<number>();
      // @ts-expect-error no such code
      if (error.code === "nope") throw error;
    }
  });
});

describe("starting over", () => {
  it("needs to know what is dropped", () => {
    expectTypeOf(p.drop("users")).resolves.toEqualTypeOf<DropInfo>();
    void (() => [
      p.drop(["users", "re:^old_"], { stateOnly: true }),
      p.drop({ dropAll: true }),
      p.drop({ statePaths: "archives", dryRun: true }),
    ]);
    // @ts-expect-error nothing to drop
    void (() => p.drop({ dryRun: true }));
  });

  it("knows the ways to refresh", () => {
    void (() => p.run(users, { tableName: "users", refresh: "drop_data" }));
    // @ts-expect-error no such way
    void (() => p.run(users, { tableName: "users", refresh: "dropData" }));
    pipeline({ name: "n", devMode: true, refresh: "drop_sources" });
  });
});

describe("the SQL client", () => {
  it("gives rows of the type that is asked for", async () => {
    await using client = p.sqlClient();
    expectTypeOf(await client.query<{ a: number }>("select 1 as a", [1])).toEqualTypeOf<{ a: number }[]>();
    expectTypeOf(await client.transaction(async (inner) => (await inner.execute("delete from a")).rowCount)).toEqualTypeOf<number>();
  });
});

describe("a backfill", () => {
  const events = resource("events", { incremental: { cursorPath: "id", initialValue: 0 } }, () => users);

  it("takes a resource or a source, and values of one type", () => {
    expectTypeOf(p.backfill(events, { from: 0, to: 10, every: 2 })).resolves.toEqualTypeOf<RunInfo>();
    void p.backfill(crm(), { from: new Date(), to: new Date(), every: "1d", parallel: 4, signal: AbortSignal.timeout(1) });
    void p.backfill(crm(), { from: "2024-01-01", to: "2024-02-01", every: "12h" });
    // @ts-expect-error two types
    void p.backfill(events, { from: 0, to: "2024-01-01", every: 2 });
    // @ts-expect-error no value that has an order
    void p.backfill(events, { from: { a: 1 }, to: { a: 2 }, every: 2 });
  });

  it("has an end, and a length of its ranges", () => {
    // @ts-expect-error where does it end
    void p.backfill(events, { from: 0, every: 2 });
    // @ts-expect-error how long is a range
    void p.backfill(events, { from: 0, to: 10 });
    // @ts-expect-error no duration
    void p.backfill(events, { from: 0, to: 10, every: "often" });
    // @ts-expect-error rows alone have no cursor
    void p.backfill(users, { from: 0, to: 10, every: 2 });
    // @ts-expect-error a run has it, a backfill does not
    void p.backfill(events, { from: 0, to: 10, every: 2, refresh: "drop_data" });
  });
});
