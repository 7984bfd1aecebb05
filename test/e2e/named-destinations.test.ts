import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { DuckDbDatabases } from "../../src/drivers/duckdb.ts";
import { attach, type PipelineEvent, type PipelineOptions, pipeline } from "../../src/index.ts";
import { tempDir } from "../temp-dir.ts";
import { failure } from "./local-pipeline.ts";

/** A project in a folder of its own, which is the current one for the test. */
function project(config = "", secrets = "") {
  const dir = tempDir();
  mkdirSync(join(dir, ".leat"));
  writeFileSync(join(dir, ".leat", "config.toml"), config);
  writeFileSync(join(dir, ".leat", "secrets.toml"), secrets);
  const before = process.cwd();
  process.chdir(dir);
  onTestFinished(() => {
    process.chdir(before);
    vi.unstubAllEnvs();
  });
  return {
    dir,
    open: (options: PipelineOptions = {}) =>
      pipeline({ name: "shop", datasetName: "data", pipelinesDir: join(dir, "pipelines"), progress: "none", ...options }),
    ids: async (file: string): Promise<unknown[]> => {
      const connection = await new DuckDbDatabases().connect({ path: join(dir, file) });
      try {
        return (await connection.query<{ id: unknown }>("SELECT id FROM data.items ORDER BY 1")).map(({ id }) => id);
      } finally {
        await connection.close();
      }
    },
  };
}

const items = (id: number) => [[{ id }], { tableName: "items" }] as const;

const two = `
[destination.hot]
destination_type = "duckdb"
[destination.hot.credentials]
database = "hot.duckdb"
[destination.cold]
destination_type = "dlt.destinations.duckdb"
credentials = "duckdb:///cold.duckdb"
`;

describe("a destination by a name of the config", () => {
  test("two of one type at once, each with its own settings", async () => {
    const { open, ids } = project("", two);
    const p = open({ destination: "hot" });
    const info = await p.run(...items(1));
    await p.run([{ id: 2 }], { tableName: "items", destination: "cold" });
    await p.run(...items(3));
    expect(info).toMatchObject({ destinationType: "duckdb", destinationName: "hot" });
    expect(p.state).toMatchObject({ destination_type: "dlt.destinations.duckdb", destination_name: "hot" });
    expect([await ids("hot.duckdb"), await ids("cold.duckdb")]).toEqual([[1, 3], [2]]);
  });

  test("from the environment, before the files; for one pipeline before all", async () => {
    const { open, ids } = project('[destination.lake]\ndestination_type = "postgres"\n');
    vi.stubEnv("SHOP__DESTINATION__LAKE__DESTINATION_TYPE", "duckdb");
    vi.stubEnv("DESTINATION__LAKE__CREDENTIALS", "lake.duckdb");
    const info = await open({ destination: "lake" }).run(...items(1));
    expect(await ids("lake.duckdb")).toEqual([1]);
    expect(info.trace.resolvedConfig).toContainEqual({
      key: "SHOP__DESTINATION__LAKE__DESTINATION_TYPE",
      value: "duckdb",
      provider: "environment",
    });
  });

  test("SQLite may be what it is to dlt: one of the databases of SQLAlchemy", async () => {
    const type = '[destination.files]\ndestination_type = "dlt.destinations.sqlalchemy"\n';
    const { dir, open } = project(type, '[destination.files]\ncredentials = "sqlite:///shop.db"\n');
    const { destinationType, destinationName } = await open({ destination: "files" }).run(...items(1));
    expect([destinationType, destinationName]).toEqual(["sqlite", "files"]);
    expect(existsSync(join(dir, "shop__data.db"))).toBe(true);
    expect(await open({ destination: "sqlalchemy" }).run(...items(1))).toMatchObject({ destinationName: "sqlalchemy" });
  });

  test("counts before a built-in name", async () => {
    const { open, ids } = project(
      '[destination.postgres]\ndestination_type = "duckdb"\n',
      '[destination.postgres]\ncredentials = "p.duckdb"\n',
    );
    await open({ destination: "postgres" }).run(...items(1));
    expect(await ids("p.duckdb")).toEqual([1]);
  });

  test("what is said for all pipelines without a destination, or for one of them", async () => {
    const { open, ids } = project('destination_type = "postgres"\n[pipelines.shop]\ndestination_type = "hot"\n', two);
    await open().run(...items(1));
    expect(await ids("hot.duckdb")).toEqual([1]);
    const named = project('destination_type = "duckdb"\ndestination_name = "warm"\n', '[destination.warm]\ncredentials = "warm.duckdb"\n');
    const p = named.open();
    await p.run(...items(2));
    expect(await named.ids("warm.duckdb")).toEqual([2]);
    expect(p.state.destination_name).toBe("warm");
  });

  test("a type for all is not the type of each name", async () => {
    const { open } = project('destination_type = "duckdb"\n');
    expect(await failure(() => open({ destination: "nowhere" }).run(...items(1)))).toMatchObject({
      code: "config",
      message: expect.stringMatching(
        /destination\.nowhere\.destination_type = "postgres"\. Looked at in this order:\n.*\n {2}environment DESTINATION__NOWHERE__DESTINATION_TYPE\n/s,
      ),
      lookedAt: expect.arrayContaining([
        "environment DESTINATION__NOWHERE__DESTINATION_TYPE",
        "config.toml destination.nowhere.destination_type",
      ]),
    });
  });

  test("a type that leat does not have is refused with both names", async () => {
    const { open } = project('[destination.lake]\ndestination_type = "oracle"\n');
    expect(await failure(() => open({ destination: "lake" }).run(...items(1)))).toMatchObject({
      code: "config",
      message: expect.stringMatching(/`lake` has the type `oracle`.*duckdb, /s),
    });
  });

  test("credentials: the code, then for the pipeline, for the destination, for all destinations; the environment before the files", async () => {
    const { dir, open } = project(
      "",
      '[destination.credentials]\ndatabase = "all-in-file.duckdb"\n[destination.hot.credentials]\ndatabase = "file.duckdb"\n',
    );
    vi.stubEnv("DESTINATION__HOT__DESTINATION_TYPE", "duckdb");
    const found: string[] = [];
    const look = async (): Promise<void> => {
      const { destinationPlace } = await open({ destination: "hot" }).run(...items(1));
      found.push(destinationPlace.slice(dir.length + 1));
    };
    await look();
    for (const [variable, file] of [
      ["CREDENTIALS__DATABASE", "any"],
      ["DESTINATION__CREDENTIALS__DATABASE", "all"],
      ["DESTINATION__HOT__CREDENTIALS__DATABASE", "own"],
      ["SHOP__CREDENTIALS__DATABASE", "pipeline"],
    ] as const) {
      vi.stubEnv(variable, `${file}.duckdb`);
      await look();
    }
    const { destinationPlace } = await open({ destination: duckdb({ path: "code.duckdb", name: "hot" }) }).run(...items(1));
    found.push(destinationPlace.slice(dir.length + 1));
    expect(found).toEqual(["file", "any", "all", "own", "pipeline", "code"].map((name) => `${name}.duckdb`));
  });

  test("what it is used for may be narrowed", async () => {
    const { open } = project();
    const destination = duckdb({
      path: "narrow.duckdb",
      capabilities: { loaderFileFormats: ["csv"], namingConvention: "direct", maxTableNesting: 0 },
    });
    const info = await open({ destination }).run([{ userId: 1, Tags: ["x"] }], { tableName: "Users" });
    expect(info.packages[0]!.jobs.map(({ table, format }) => `${table} ${format}`)).toContain("Users csv");
    expect(Object.keys(info.packages[0]!.schemaUpdate["Users"]!.columns)).toEqual(expect.arrayContaining(["userId", "Tags"]));
    expect(Object.keys(info.rowCounts)).not.toContain("Users__Tags");
    expect(await failure(() => open({ destination, loaderFileFormat: "parquet" }).run(...items(1)))).toMatchObject({ code: "unsupported" });
  });

  test("is found again by attach(), from the state alone", async () => {
    const { open, dir, ids } = project("", two);
    await open({ destination: "cold" }).run(...items(1));
    const attached = await attach("shop", { pipelinesDir: join(dir, "pipelines"), progress: "none" });
    await attached.run(...items(2));
    expect(await ids("cold.duckdb")).toEqual([1, 2]);
  });

  test("packages for one of them are not loaded into the other", async () => {
    const { open } = project("", two);
    const p = open({ destination: "hot" });
    await p.extract(...items(1));
    expect(await failure(() => open({ destination: "cold" }).run(...items(2)))).toMatchObject({
      code: "package-pending",
      message: expect.stringMatching(/of hot, not for dataset `data` of cold/),
    });
    await p.run();
  });
});

describe("secrets", () => {
  const secret = "s3cr3t-Pa55";
  const url = `postgresql://loader:${secret}@127.0.0.1:1/warehouse?connect_timeout=1`;
  const ways: Readonly<Record<string, { readonly secrets: string; readonly config?: string }>> = {
    "as one text": { secrets: `[destination.warehouse]\ncredentials = "${url}"\n` },
    "as a field": {
      config: '[destination.warehouse.credentials]\nhost = "127.0.0.1"\nport = 1\nusername = "loader"\ndatabase = "warehouse"\n',
      secrets: `[destination.warehouse.credentials]\npassword = "${secret}"\n`,
    },
    "in a text that cannot be read": { secrets: `[destination.warehouse]\ncredentials = "mysql://loader:${secret}@127.0.0.1"\n` },
  };
  for (const [way, { secrets, config = "" }] of Object.entries(ways)) {
    test(`${way}: are in no error, trace, log, event or file`, async () => {
      const { dir, open } = project(`${config}\n[destination.warehouse]\ndestination_type = "postgres"\n`, secrets);
      const [events, lines]: [PipelineEvent[], string[]] = [[], []];
      const line = (message: string): void => void lines.push(message);
      const p = open({
        destination: "warehouse",
        progress: "log",
        logger: { debug: line, info: line, warn: line, error: line },
        onEvent: (event) => void events.push(event),
        load: { maxRetries: 1 },
      });
      const error = await failure(() => p.run(...items(1)));
      expect(error).toMatchObject({ code: expect.stringMatching(/connection|config/) });
      const shown = [error, p, p.lastTrace, events, lines, p.state].flatMap((each) => [
        inspect(each, { depth: 20, showHidden: true }),
        JSON.stringify(each) ?? "",
        String(each),
      ]);
      expect(shown.join("\n")).not.toContain(secret);
      for (const file of readdirSync(join(dir, "pipelines"), { recursive: true, withFileTypes: true }))
        if (file.isFile()) expect(readFileSync(join(file.parentPath, file.name), "latin1")).not.toContain(secret);
      expect(lines.length).toBeGreaterThan(0);
    });
  }

  test("given in code are not shown by the pipeline, nor by what it throws", async () => {
    const { open } = project();
    const p = open({ destination: "postgres" });
    const error = await failure(() => p.run([{ id: 1 }], { tableName: "items", credentials: url }));
    expect(inspect([error, p, p.lastTrace], { depth: 20, showHidden: true })).not.toContain(secret);
  });
});
