import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { DestinationContract } from "../../src/destination-kit/contract.ts";
import {
  current,
  type Destination,
  PlainDate,
  PlainDateTime,
  PlainTime,
  type ResourceContext,
  resource,
  source,
  Timestamp,
} from "../../src/index.ts";
import { decodeStateBlob } from "../../src/state/blob.ts";
import { stateHash } from "../../src/state/hash.ts";
import { type Ended, Project } from "../cli/project.ts";
import { runChild, type World } from "../crash/crash-world.ts";
import { type TestDatabase, testDestinations } from "../destinations.ts";
import { readFixture } from "../fixtures.ts";
import { tempDir } from "../temp-dir.ts";
import { failure, query } from "./local-pipeline.ts";
import { column, machineOn, userTables } from "./machines.ts";

/** Yields the numbers that were not yielded before, up to `until`. */
const numbers = (until: number) =>
  resource("numbers", function* ({ state }: ResourceContext<{ last?: number }>) {
    for (let n = (state.last ?? 0) + 1; n <= until; n += 1) {
      state.last = n;
      yield { n };
    }
  });

/** As a user's file: its first run finds nothing and writes `{ a: 1 }`, later ones tell what they find. */
const script = `
import { current, pipeline, resource } from "leat";
const p = pipeline({ name: "shop", destination: process.env.TEST_DESTINATION, datasetName: "shop_data", progress: "none" });
await p.run([
  resource("remembering", function* ({ state }) {
    console.log("found " + JSON.stringify(state));
    state.a ??= 1;
    current.sourceState().fields ??= { hash_1: "Deal size" };
    yield { id: 1 };
  }),
  resource("other", function* ({ state }) {
    state.list ??= ["x"];
    yield { id: 1 };
  }),
]);
`;

/** A folder with that file, whose processes load into `database`. */
function projectOn({ kind, url }: TestDatabase, files: { readonly [path: string]: string } = {}) {
  const project = new Project({ "main.ts": script, ...files });
  const env = { TEST_DESTINATION: kind, [`DESTINATION__${kind.toUpperCase()}__CREDENTIALS`]: url };
  const leat = (...args: string[]): Promise<Ended> => project.leat(args, env);
  const workingDir = join(project.pipelinesDir, "shop");
  return {
    project,
    leat,
    workingDir,
    /** The state on this machine, without what is only of this machine. */
    state(): { readonly sources?: object } {
      const { _local, ...state } = JSON.parse(readFileSync(join(workingDir, "state.json"), "utf8"));
      return state;
    },
  };
}

/** Of SQLite the statement that made the table. */
type StoredColumns = string | { readonly [column: string]: { readonly type: string; readonly nullable: string } };

function storedColumns(stored: StoredColumns): { name: string; type: string; nullable: string }[] {
  if (typeof stored !== "string") return Object.entries(stored).map(([name, { type, nullable }]) => ({ name, type, nullable }));
  return [...stored.matchAll(/^\t(\w+) (\S+?)( NOT NULL)?,? *$/gm)].map(([, name, type, required]) => ({
    name: name!,
    type: type!,
    nullable: required === undefined ? "YES" : "NO",
  }));
}

describe.for(testDestinations)("with processes of their own, on $name", ({ create, name }) => {
  test("S1 what a run writes into its state a new process reads on the next run", async () => {
    const { leat } = projectOn(await create());
    expect(found(await leat("run", "main.ts"))).toBe("{}");
    expect(found(await leat("run", "main.ts"))).toBe('{"a":1}');
  });

  test("S6 a process that is killed while it writes the local state leaves the old one, and the next run goes on", async () => {
    const database = await create();
    const kill = `
      import fs from "node:fs";
      import { syncBuiltinESMExports } from "node:module";
      const rename = fs.renameSync;
      fs.renameSync = (from, to) => (String(to).endsWith("/shop/state.json") ? process.kill(process.pid, "SIGKILL") : rename(from, to));
      syncBuiltinESMExports();
      await import("./counts.ts");
    `;
    const counts = script.replace("state.a ??= 1;", "state.a = (state.a ?? 0) + 1;").replace("yield { id: 1 }", "yield { run: state.a }");
    const { leat, state, workingDir } = projectOn(database, { "killed.mjs": kill, "counts.ts": counts });
    await leat("run", "counts.ts");
    const before = state();
    expect(await leat("run", "killed.mjs")).toMatchObject({ code: null, stdout: 'found {"a":1}\n' });
    expect(readdirSync(workingDir)).toContain("state.json.tmp");
    expect(state()).toEqual(before);
    expect(found(await leat("run", "counts.ts"))).toBe('{"a":2}');
    expect(await firstColumn(database, "SELECT run FROM shop_data.remembering ORDER BY 1")).toEqual([1, 2, 3]);
  });

  test("S22 `leat pipeline NAME sync` rebuilds the working directory, with a state equal to the one before", async () => {
    const { leat, state, workingDir } = projectOn(await create());
    await leat("run", "main.ts");
    const before = state();
    rmSync(workingDir, { recursive: true });
    const { code, stdout } = await leat("pipeline", "shop", "sync", "--destination", name, "--dataset-name", "shop_data");
    expect([code, stdout]).toEqual([0, expect.stringContaining("Restored pipeline shop: state version 1 and schema shop")]);
    expect(state()).toEqual(before);
    expect(found(await leat("run", "main.ts"))).toBe('{"a":1}');
  });

  test("S39 `leat pipeline -v NAME info` shows the slot of the source and those of its resources", async () => {
    const { leat } = projectOn(await create());
    await leat("run", "main.ts");
    const { stdout } = await leat("pipeline", "-v", "shop", "info");
    for (const slot of [/\(shared\)\s+\{\s+"fields": \{\s+"hash_1": "Deal size"/, /remembering\s+\{\s+"a": 1\s/, /other\s+\{\s+"list": \[/])
      expect(stdout).toMatch(slot);
  });

  test("S40 as JSON its sources are those of `pipeline.state`", async () => {
    const { leat, state } = projectOn(await create());
    await leat("run", "main.ts");
    const info = JSON.parse((await leat("pipeline", "shop", "info", "--json")).stdout) as { sources: object };
    expect(info.sources).toEqual(state().sources);
    expect(info.sources).toEqual({
      shop: { fields: { hash_1: "Deal size" }, resources: { remembering: { a: 1 }, other: { list: ["x"] } } },
    });
  });

  test.for([
    ["load:in-transaction", { rows: 5, next: 5 }],
    ["load:before-commit", { rows: 5, next: 5 }],
    ["load:after-commit", { rows: 10, next: 10 }],
  ] as const)("S17 killed at %s: rows and state are both there or both not", async ([point, expected]) => {
    const database = await create();
    // Five rows a run, of which the state counts those that came; a run loads two sources, the first of which is looked at.
    const world: World = {
      dir: tempDir(),
      total: 40,
      batch: 5,
      ...(name === "duckdb" ? { database: database.url } : { [name]: database.url }),
    };
    expect(await runChild({ script: "runs", world, kill: { name: point, hit: 3 } })).toMatchObject({ wasKilled: true });
    // The database of DuckDB has the name of the dataset.
    const dataset = name === "duckdb" ? "data.data" : "data";
    const stored = await database.query<{ state: string }>(
      `SELECT s.state FROM ${dataset}._dlt_pipeline_state s JOIN ${dataset}._dlt_loads l ON l.load_id = s._dlt_load_id WHERE l.status = 0 ORDER BY l.load_id DESC`,
    );
    const { sources } = decodeStateBlob(stored[0]!.state) as { sources: { alpha: { resources: { events: { next: number } } } } };
    const [rows] = await firstColumn(database, `SELECT count(*) FROM ${dataset}.events`);
    expect({ rows: Number(rows), next: sources.alpha.resources.events.next }).toEqual(expected);
  });
});

describe.for(testDestinations)("on $name", (destination) => {
  test("S9 values of Temporal, undefined members and NaN: what a later run finds, from the local file and from the destination", async () => {
    const machine = await machineOn(destination);
    const found: object[] = [];
    const keeping = resource("keeping", function* ({ state }) {
      if ("day" in state) found.push({ ...state });
      else
        Object.assign(state, {
          day: temporal("PlainDate", "2024-02-29"),
          time: temporal("PlainTime", "23:59:59.000001"),
          wall: temporal("PlainDateTime", "2024-01-02T03:04:05.000006"),
          instant: temporal("Instant", "2024-01-02T03:04:05.123456789Z"),
          zoned: temporal("ZonedDateTime", "2024-01-02T03:04:05+02:00"),
          gone: undefined,
          notANumber: Number.NaN,
        });
      yield { id: 1 };
    });
    for (let run = 0; run < 2; run += 1) await machine.pipeline().run(keeping);
    machine.wipe();
    await machine.pipeline().run(keeping);
    const expected = {
      day: PlainDate.from("2024-02-29"),
      time: PlainTime.from("23:59:59.000001"),
      wall: PlainDateTime.from("2024-01-02T03:04:05.000006"),
      instant: Timestamp.from("2024-01-02T03:04:05.123456Z"),
      zoned: Timestamp.from("2024-01-02T01:04:05Z"),
      notANumber: null,
    };
    expect(found).toEqual([expected, expected]);
    expect(found.map(Object.keys)).toEqual([Object.keys(expected), Object.keys(expected)]);
  });

  test("S19 only all three together find the state: pipeline name, dataset, database", async () => {
    const machine = await machineOn(destination);
    const elsewhere = await destination.create();
    await machine.pipeline().run(numbers(2));
    const found = async (options: object): Promise<unknown> => {
      const p = machine.pipeline({ pipelinesDir: tempDir(), ...options });
      await p.run(numbers(2));
      const rows = await query(p, "SELECT n FROM numbers ORDER BY n");
      return [rows.length, p.state.sources?.[p.name]?.resources];
    };
    const fresh = { numbers: { last: 2 } };
    expect(await found({})).toEqual([2, fresh]);
    expect(await found({ name: "other" })).toEqual([4, fresh]);
    expect(await found({ datasetName: "other_data" })).toEqual([2, fresh]);
    expect(await found({ destination: elsewhere.destination() })).toEqual([2, fresh]);
  });

  test("S21 the table of states has dlt's columns and types", async () => {
    const machine = await machineOn(destination);
    await machine.pipeline().run(numbers(1));
    const columns = await machine.database.query<{ name: string; type: string; nullable: string }>(
      "SELECT column_name AS name, data_type AS type, is_nullable AS nullable FROM information_schema.columns WHERE table_schema = 'shop_data' AND table_name = '_dlt_pipeline_state' ORDER BY ordinal_position",
    );
    const { storage_columns } = readFixture<{ storage_columns: { _dlt_pipeline_state: StoredColumns } }>(
      `three_runs/${destination.name}.json`,
    );
    expect(columns).toEqual(storedColumns(storage_columns._dlt_pipeline_state));
  });

  test("S21 its row names the pipeline, the version, the load and the hash of the state in its blob", async () => {
    const machine = await machineOn(destination);
    const p = machine.pipeline();
    const before = Date.now();
    await p.run(numbers(1));
    const { loadIds } = await p.run(numbers(2));
    const rows = await machine.database.query("SELECT * FROM shop_data._dlt_pipeline_state ORDER BY version");
    expect(rows).toHaveLength(2);
    const { state, created_at: createdAt, _dlt_id: id, ...row } = rows[1] as { state: string; created_at: Date; _dlt_id: string };
    expect(row).toEqual({
      version: 2,
      engine_version: 4,
      pipeline_name: "shop",
      version_hash: p.state._version_hash,
      _dlt_load_id: loadIds[0],
    });
    expect(id).toMatch(/^[\w+/-]{14}$/);
    expect(createdAt.getTime()).toBeGreaterThanOrEqual(before);
    const { _local, ...shared } = p.state;
    const stored = decodeStateBlob(state);
    expect(stored).toEqual(shared);
    expect(stateHash(stored)).toBe(p.state._version_hash);
  });

  test("S23 with restoreFromDestination: false nobody asks for a state; turned on again it is stored with the next change, and once", async () => {
    const machine = await machineOn(destination);
    const asked: string[] = [];
    const open = (restoreFromDestination: boolean) =>
      machine.pipeline({ restoreFromDestination, destination: telling(machine.database.destination(), asked) });
    const versions = () => column(machine, "SELECT version FROM shop_data._dlt_pipeline_state ORDER BY 1");
    for (const until of [1, 2]) await open(false).run(numbers(until));
    expect(asked).toEqual([]);
    const tables = "SELECT table_name FROM information_schema.tables WHERE table_name = '_dlt_pipeline_state'";
    expect(await column(machine, tables)).toEqual([]);
    await open(true).run(numbers(3));
    expect(asked).toContain("readState");
    expect(await versions()).toEqual([3]);
    await open(true).run([{ id: 1 }], { tableName: "others" });
    expect(await versions()).toEqual([3]);
    expect(await column(machine, "SELECT n FROM shop_data.numbers ORDER BY n")).toEqual([1, 2, 3]);
  });

  test("S36 the largest value of an empty table is null", async () => {
    const machine = await machineOn(destination);
    const p = machine.pipeline();
    await p.run(numbers(2));
    await machine.database.query("DELETE FROM shop_data.numbers");
    const table = p.dataset().table("numbers");
    expect([await table.max("n"), await table.min("n"), await table.count()]).toEqual([null, null, 0]);
    const maxOrZero = (await table.max("n")) ?? 0;
    expect(maxOrZero).toBe(0);
  });

  test('S45 drop({ statePaths: "$.archives" }) removes it, and no row', async () => {
    const machine = await machineOn(destination);
    const p = machine.pipeline();
    const archives = resource("games", function* ({ state }) {
      current.sourceState()["archives"] = ["2024-01"];
      state["n"] = 1;
      yield [
        { id: 1, moves: ["e4"] },
        { id: 2, moves: ["d4", "d5"] },
      ];
    });
    await p.run(archives);
    const counts = () => p.dataset().rowCounts();
    const before = await counts();
    await p.drop({ statePaths: "$.archives" });
    expect(p.state.sources?.["shop"]).toEqual({ resources: { games: { n: 1 } } });
    expect(await counts()).toEqual(before);
    expect(before).toMatchObject({ games: 2, games__moves: 3 });
  });

  test("State: a load that fails shows neither rows nor state; given up, the next run starts from before", async () => {
    const machine = await machineOn(destination);
    const p = machine.pipeline();
    await p.run(numbers(1));
    const failing = machine.pipeline({
      onEvent: (event) => {
        if (event.type === "step-started" && event.step === "load") throw new Error("the database is away");
      },
    });
    await failure(() => failing.run(numbers(3)));
    expect(failing.state.sources).toEqual({ shop: { resources: { numbers: { last: 3 } } } });
    const elsewhere = await machineOn(destination, machine);
    await elsewhere.pipeline().sync();
    expect(elsewhere.pipeline().state.sources).toEqual({ shop: { resources: { numbers: { last: 1 } } } });

    await failing.abortPackages();
    expect(p.state.sources).toEqual({ shop: { resources: { numbers: { last: 1 } } } });
    await p.run(numbers(2));
    expect(await column(machine, "SELECT n FROM shop_data.numbers ORDER BY n")).toEqual([1, 2]);
    expect(await userTables(machine)).toEqual(["numbers"]);
  });

  test("State: eight machines that each load one resource of a source, none of which saw the others, leave eight slots and tables", async () => {
    const first = await machineOn(destination);
    const machines = [first, ...(await Promise.all(Array.from({ length: 7 }, () => machineOn(destination, first))))];
    const parts = machines.map((_, index) => `part_${index}`);
    const part = (name: string) =>
      source("shop", () =>
        resource(name, function* ({ state }) {
          state["n"] = 1;
          yield { id: 1 };
        }),
      )();
    for (const [index, machine] of machines.entries()) await machine.pipeline().extract(part(parts[index]!));
    for (const machine of machines) await machine.pipeline().run();
    const p = (await machineOn(destination, first)).pipeline();
    await p.sync();
    expect(p.state.sources).toEqual({ shop: { resources: Object.fromEntries(parts.map((name) => [name, { n: 1 }])) } });
    expect(await userTables(first)).toEqual(parts);
  });
});

/** Stands in for Temporal, which Node 20 lacks: what is used of it are its tag and its text. */
function temporal(kind: string, text: string): object {
  return Object.create({ [Symbol.toStringTag]: `Temporal.${kind}`, toString: () => text }) as object;
}

/** Tells the names of the calls that ask a destination for states and schemas. */
function telling(destination: Destination, asked: string[]): Destination {
  const contract = destination as DestinationContract;
  const open: DestinationContract["open"] = async (context) => {
    const session = await contract.open(context);
    return new Proxy(session, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name, target);
        if (typeof member !== "function") return member;
        if (String(name).startsWith("read")) asked.push(String(name));
        return member.bind(target) as unknown;
      },
    });
  };
  return { ...contract, open } as Destination;
}

/** What the file says that it found. */
function found({ stdout }: Ended): string | undefined {
  return /^found (.*)$/m.exec(stdout)?.[1];
}

async function firstColumn(database: TestDatabase, sql: string): Promise<unknown[]> {
  return (await database.query(sql)).map((row) => Object.values(row)[0]);
}
