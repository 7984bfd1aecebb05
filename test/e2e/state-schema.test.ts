import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import {
  ConfigError,
  current,
  InvalidStateError,
  pipeline,
  type Resource,
  resource,
  type StandardSchema,
  source,
  transformer,
} from "../../src/index.ts";
import { failure, localPipeline, machine, query } from "./local-pipeline.ts";

const archives = z.object({ archives: z.array(z.string()).default([]) });

/** A resource whose state is whatever `change` makes of it. */
function writing(change: (state: Record<string, unknown>) => void): Resource {
  return resource("games", function* ({ state }) {
    change(state);
    yield { id: 1 };
  });
}

/** A schema of no library. */
function schemaOf<T>(validate: StandardSchema<T>["~standard"]["validate"]): StandardSchema<T> {
  return { "~standard": { version: 1, vendor: "test", validate } };
}

describe("the schema of a resource's state", () => {
  test("fills the defaults of an empty state, and what was written comes back typed", async () => {
    const p = localPipeline();
    const seen: string[][] = [];
    const games = resource("games", { stateSchema: archives }, function* ({ state }) {
      seen.push([...state.archives]);
      state.archives.push(`archive ${state.archives.length}`);
      yield { id: state.archives.length };
    });
    await p.run(games);
    await p.run(games);
    expect(seen).toEqual([[], ["archive 0"]]);
    expect(p.state.sources?.["shop"]?.resources?.["games"]).toEqual({ archives: ["archive 0", "archive 1"] });
  });

  test("is the state that `current` reaches, too: one live object", async () => {
    const p = localPipeline();
    const games = resource("games", { stateSchema: archives }, function* (context) {
      expect(current.resourceState()).toBe(context.state);
      expect(current.resourceState()).toEqual({ archives: [] });
      yield { id: 1 };
    });
    await p.run(games);
  });

  test("refuses a stored state that does not fit, with its path, before anything runs and with nothing changed", async () => {
    const on = machine();
    const p = on.pipeline();
    await p.run(writing((state) => Object.assign(state, { archives: [1, "two"], other: { x: true } })));
    const before = readFileSync(join(p.workingDir, "state.json"), "utf8");
    const events: string[] = [];
    const first = resource("first", function* () {
      events.push("first runs");
      yield { id: 1 };
    });
    const games = resource("games", { stateSchema: archives }, function* () {
      events.push("games runs");
      yield { id: 2 };
    });
    const error = (await failure(() => p.run([first, games]))) as InvalidStateError;
    expect(error).toBeInstanceOf(InvalidStateError);
    expect(error.code).toBe("state-invalid");
    expect(error.path).toBe("sources.shop.resources.games.archives[0]");
    expect(error.message).toContain("The stored state of resource `games` of source `shop` does not fit its stateSchema.");
    expect(error.message).toContain("`sources.shop.resources.games.archives[0]`: Invalid input: expected string, received number");
    expect(error.message).toContain("leat state set shop 'sources.shop.resources.games.archives[0]' VALUE");
    expect(error.message).toContain("leat pipeline shop drop --schema shop --state-paths 'resources.games.archives[0]'");
    expect(events).toEqual([]);
    expect(p.hasPendingData).toBe(false);
    expect(readFileSync(join(p.workingDir, "state.json"), "utf8")).toBe(before);
    expect(await query(p, "SELECT count(*) AS n FROM _dlt_loads")).toEqual([{ n: 1 }]);
  });

  test("names all that does not fit, and the slot itself where the whole does not", async () => {
    const p = localPipeline();
    await p.run(writing((state) => Object.assign(state, { page: "1", "odd key": [{ n: null }] })));
    const strict = z.object({ page: z.number(), "odd key": z.array(z.object({ n: z.number() })) });
    const error = (await failure(() => p.run(resource("games", { stateSchema: strict }, [])))) as InvalidStateError;
    expect(error.path).toBe("sources.shop.resources.games.page");
    expect(error.message).toContain('`sources.shop.resources.games["odd key"][0].n`: Invalid input: expected number, received null');
    const whole = schemaOf<{ n: number }>(() => ({ issues: [{ message: "not today" }] }));
    expect(await failure(() => p.run(resource("games", { stateSchema: whole }, [])))).toMatchObject({
      path: "sources.shop.resources.games",
      message: expect.stringContaining("`sources.shop.resources.games`: not today") as string,
    });
  });

  test("refuses what the code wrote, when the extract ends: no package, no rows, no state", async () => {
    const p = localPipeline();
    const games = resource("games", { stateSchema: archives }, function* ({ state }) {
      yield { id: 1 };
      (state as unknown as { archives: unknown[] }).archives.push(7);
    });
    const error = (await failure(() => p.run(games))) as InvalidStateError;
    expect(error).toBeInstanceOf(InvalidStateError);
    expect(error.path).toBe("sources.shop.resources.games.archives[0]");
    expect(error.message).toContain("after this run");
    expect(error.message).toContain("Nothing of this extract was kept");
    expect(p.hasPendingData).toBe(false);
    expect(p.state.sources).toBeUndefined();
  });

  test("gives the live state: what it changes and leaves out is so", async () => {
    const p = localPipeline();
    await p.run(writing((state) => Object.assign(state, { page: "7", old: true })));
    const migrating = z.object({ page: z.coerce.number() });
    const games = resource("games", { stateSchema: migrating }, function* ({ state }) {
      state.page += 1;
      yield { page: state.page };
    });
    await p.run(games);
    expect(p.state.sources?.["shop"]?.resources?.["games"]).toEqual({ page: 8 });
    expect(await query(p, "SELECT page FROM games WHERE page IS NOT NULL")).toEqual([{ page: 8 }]);
  });

  test("has to take what it gives: else the first run says so, not the second", async () => {
    const p = localPipeline();
    await p.run(writing((state) => Object.assign(state, { page: "7" })));
    const oneWay = z.object({ page: z.string().transform(Number) });
    const games = resource("games", { stateSchema: oneWay }, function* ({ state }) {
      yield { page: state.page };
    });
    expect(await failure(() => p.run(games))).toMatchObject({
      code: "state-invalid",
      path: "sources.shop.resources.games.page",
      message: expect.stringContaining("it has to take what it gives") as string,
    });
    expect(p.state.sources?.["shop"]?.resources?.["games"]).toEqual({ page: "7" });
  });

  test("does not see the cursors that leat and dlt keep in the slot, and does not lose them", async () => {
    const p = localPipeline();
    const incremental = { id: { initial_value: 0, last_value: 3, unique_hashes: [] } };
    await p.run(writing((state) => Object.assign(state, { incremental })));
    const games = resource("games", { stateSchema: archives.strict() }, function* ({ state }) {
      expect(Object.keys(state)).toEqual(["incremental", "archives"]);
      yield { id: 2 };
    });
    await p.run(games);
    expect(p.state.sources?.["shop"]?.resources?.["games"]).toEqual({ incremental, archives: [] });
  });

  test("may be asynchronous: the resource starts when it is done", async () => {
    const p = localPipeline();
    const stateSchema = z.object({ n: z.number().default(1) }).refine(async ({ n }) => (await Promise.resolve(n)) < 3, "n is too large");
    const games = resource("games", { stateSchema }, function* ({ state }) {
      state.n += 1;
      yield { id: state.n };
    });
    await p.run(games);
    expect(await failure(() => p.run(games))).toMatchObject({ code: "state-invalid", message: expect.stringContaining("n is too large") });
    expect(p.state.sources?.["shop"]?.resources?.["games"]).toEqual({ n: 2 });
  });

  test("that fails by itself is a failure of the resource", async () => {
    const stateSchema = schemaOf<{ n: number }>(() => {
      throw new TypeError("the library is broken");
    });
    const error = await failure(() => localPipeline().run(resource("games", { stateSchema }, [{ id: 1 }])));
    expect(error).toMatchObject({ code: "resource-failed", resource: "games", message: expect.stringContaining("the library is broken") });
  });

  test("stores defaults where somebody looked at the state, and not elsewhere", async () => {
    const p = localPipeline();
    const looks = resource("looks", { stateSchema: archives }, function* ({ state }) {
      yield { n: state.archives.length };
    });
    const leaves = resource("leaves", { stateSchema: archives }, [{ n: 1 }]);
    await p.run([looks, leaves]);
    expect(p.state.sources?.["shop"]?.resources).toEqual({ looks: { archives: [] } });
    const version = p.state._state_version;
    await p.run([looks, leaves]);
    expect(p.state._state_version).toBe(version);
  });

  test("gives every run its own defaults, also where the schema gives one object again and again", async () => {
    const defaults = Object.freeze({ archives: Object.freeze([]) });
    const stateSchema = schemaOf<{ archives: string[] }>((value) => ({
      value:
        Object.keys(value as object).length === 0 ? (defaults as unknown as { archives: string[] }) : (value as { archives: string[] }),
    }));
    const games = resource("games", { stateSchema }, function* ({ state }) {
      state.archives.push("a");
      yield { id: 1 };
    });
    for (const p of [localPipeline(), localPipeline()]) {
      await p.run(games);
      expect(p.state.sources?.["shop"]?.resources?.["games"]).toEqual({ archives: ["a"] });
    }
  });

  test("sees numbers where dlt stored floats, and they stay floats", async () => {
    const p = localPipeline();
    await p.run(writing((state) => Object.assign(state, { count: 1 })));
    const path = join(p.workingDir, "state.json");
    writeFileSync(path, readFileSync(path, "utf8").replace('"count":1', '"count":1.0'));
    const games = resource("games", { stateSchema: z.object({ count: z.number(), more: z.number().default(2) }) }, function* ({ state }) {
      expect(state).toEqual({ count: 1, more: 2 });
      yield { id: 2 };
    });
    await p.run(games);
    expect(readFileSync(path, "utf8")).toContain('{"count":1.0,"more":2}');
  });

  test("is that of a transformer as well", async () => {
    const p = localPipeline();
    const counted = transformer(
      resource("numbers", [{ n: 1 }, { n: 2 }]),
      "counted",
      { stateSchema: z.object({ sum: z.number().default(0) }) },
      (row, { state }) => {
        state.sum += row.n;
        return { sum: state.sum };
      },
    );
    await p.run(counted);
    expect(p.state.sources?.["shop"]?.resources?.["counted"]).toEqual({ sum: 3 });
  });

  test("begins empty where the table is replaced", async () => {
    const p = localPipeline();
    const games = resource("games", { stateSchema: archives, writeDisposition: "replace" }, function* ({ state }) {
      expect(state.archives).toEqual([]);
      state.archives.push("a");
      yield { id: 1 };
    });
    await p.run(games);
    await p.run(games);
    expect(p.state.sources?.["shop"]?.resources?.["games"]).toEqual({ archives: ["a"] });
  });

  test("holds where a resource is iterated on its own", async () => {
    const games = resource("games", { stateSchema: archives }, function* ({ state }) {
      state.archives.push("a");
      yield { archives: state.archives.length };
    });
    const rows = [];
    for await (const row of games) rows.push(row);
    expect(rows).toEqual([{ archives: 1 }]);
    const breaking = resource("games", { stateSchema: archives }, function* ({ state }) {
      yield { id: 1 };
      (state as { archives: unknown }).archives = "none";
    });
    const iterate = async (): Promise<void> => {
      for await (const _ of breaking);
    };
    expect(await failure(iterate)).toMatchObject({ code: "state-invalid", path: "sources.games.resources.games.archives" });
  });
});

describe("the schema of a source's state", () => {
  const stateSchema = z.object({ fields: z.record(z.string(), z.string()).default({}), runs: z.number().default(0) });

  test("fills it for the function of the source and for its resources", async () => {
    const p = localPipeline();
    const seen: unknown[] = [];
    const crm = source("crm", { stateSchema }, ({ state }) => {
      seen.push({ fields: { ...state.fields }, runs: state.runs });
      return [
        resource("mapping", function* () {
          const shared = current.sourceState<z.infer<typeof stateSchema>>();
          shared.fields[`f${shared.runs}`] = "name";
          shared.runs += 1;
          yield { id: shared.runs };
        }),
      ];
    });
    await p.run(crm());
    await p.run(crm());
    expect(seen).toEqual([
      { fields: {}, runs: 0 },
      { fields: { f0: "name" }, runs: 1 },
    ]);
    expect(p.state.sources?.["crm"]).toEqual({ fields: { f0: "name", f1: "name" }, runs: 2 });
  });

  test("refuses a stored state that does not fit, before the source is built", async () => {
    const p = localPipeline();
    const loose = source("crm", () =>
      resource("mapping", function* () {
        Object.assign(current.sourceState(), { fields: { a: 1 } });
        yield { id: 1 };
      }),
    );
    await p.run(loose());
    let isBuilt = false;
    const strict = source("crm", { stateSchema }, () => {
      isBuilt = true;
      return resource("mapping", [{ id: 2 }]);
    });
    const error = (await failure(() => p.run(strict()))) as InvalidStateError;
    expect(error).toBeInstanceOf(InvalidStateError);
    expect(error.path).toBe("sources.crm.fields.a");
    expect(error.message).toContain("The stored state of source `crm`");
    expect(error.message).toContain("leat pipeline shop drop --schema crm --state-paths 'fields.a'");
    expect(isBuilt).toBe(false);
  });

  test("refuses what a resource wrote, when the extract ends", async () => {
    const p = localPipeline();
    const crm = source("crm", { stateSchema }, () =>
      resource("mapping", function* () {
        yield { id: 1 };
        current.sourceState()["runs"] = "many";
      }),
    );
    expect(await failure(() => p.run(crm()))).toMatchObject({ code: "state-invalid", path: "sources.crm.runs" });
    expect(p.hasPendingData).toBe(false);
  });

  test("does not see the states of its resources, and does not lose them", async () => {
    const p = localPipeline();
    const crm = source("crm", { stateSchema: stateSchema.strict() }, () =>
      resource("mapping", { stateSchema: archives }, function* ({ state }) {
        state.archives.push("a");
        current.sourceState<{ runs: number }>().runs += 1;
        yield { id: 1 };
      }),
    );
    await p.run(crm());
    await p.run(crm());
    expect(p.state.sources?.["crm"]).toEqual({ fields: {}, runs: 2, resources: { mapping: { archives: ["a", "a"] } } });
  });

  test("stores nothing where only the function of the source looked", async () => {
    const p = localPipeline();
    const crm = source("crm", { stateSchema }, ({ state }) => resource("mapping", [{ id: state.runs }]));
    await p.run(crm());
    expect(p.state.sources?.["crm"]).toBeUndefined();
  });

  test("fills it for those that may only read it", async () => {
    const p = localPipeline();
    const crm = source("crm", { stateSchema }, () =>
      resource("mapping", { stateAccess: "read" }, function* () {
        expect(current.sourceState()).toEqual({ fields: {}, runs: 0 });
        yield { id: 1 };
      }),
    );
    await p.run(crm());
  });

  test("holds where the source is built on its own", async () => {
    const crm = source("crm", { stateSchema }, ({ state }) => resource("mapping", [{ id: state.runs }]));
    const rows = [];
    for await (const row of (await crm().build()).mapping) rows.push(row);
    expect(rows).toEqual([{ id: 0 }]);
  });

  test("does not stand in the way of a source that starts over", async () => {
    const p = localPipeline();
    const loose = source("crm", () =>
      resource("mapping", function* () {
        Object.assign(current.sourceState(), { runs: "many" });
        yield { id: 1 };
      }),
    );
    await p.run(loose());
    const strict = source("crm", { stateSchema }, () => resource("mapping", [{ id: 2 }]));
    await p.run(strict(), { refresh: "drop_sources" });
    expect(await query(p, "SELECT id FROM mapping")).toEqual([{ id: 2 }]);
  });
});

describe("what is no schema of a state", () => {
  test("is refused where it is declared", () => {
    const noSchema = { seen: "array" } as never;
    expect(() => resource("games", { stateSchema: noSchema }, [])).toThrow(ConfigError);
    expect(() => resource("games", { stateSchema: noSchema }, [])).toThrow(
      "The stateSchema of resource `games` has to be a Standard Schema",
    );
    expect(() => source("crm", { stateSchema: noSchema }, () => [])).toThrow("The stateSchema of source `crm` has to be a Standard Schema");
  });

  test("is refused when it gives no object", async () => {
    const stateSchema = schemaOf<never>(() => ({ value: 7 as never }));
    const p = pipeline({ name: "odd", pipelinesDir: machine().dir, progress: "none" });
    expect(await failure(() => p.extract(resource("games", { stateSchema }, [{ id: 1 }])))).toMatchObject({
      code: "config",
      message: expect.stringContaining("does not give a plain object") as string,
    });
  });
});
