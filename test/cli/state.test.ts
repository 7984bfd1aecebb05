import { mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Ended, Project } from "./project.ts";

/** The argument is the number of the run. */
const shop = `
import { pipeline, resource, current, Decimal } from "leat";
import { duckdb } from "leat/destinations/duckdb";
const p = pipeline({ name: "shop", destination: duckdb("shop.duckdb"), datasetName: "data", progress: "none" });
const run = Number(process.argv[2]);
await p.run(resource("orders", async function* ({ state }) {
  state["cursor"] ??= new Date(Date.UTC(2026, 0, run));
  state["archives"] = Array.from({ length: run }, (_, i) => "archive " + i);
  current.sourceState()["price"] ??= new Decimal("2.5");
  yield { run, cursor: state["cursor"] };
}));
`;

/** After three runs, for the tests that only look. */
let shared: Project;
let removeShared: () => void;

beforeAll(async () => {
  const dir = mkdtempSync(join(realpathSync(tmpdir()), "leat-test-"));
  removeShared = () => rmSync(dir, { recursive: true, force: true });
  shared = await withRuns(new Project({ "main.ts": shop }, dir), 1, 2, 3);
});

afterAll(() => removeShared());

async function withRuns(project: Project, ...runs: readonly number[]): Promise<Project> {
  for (const run of runs) expect((await project.leat(["run", "main.ts", "--", String(run)])).stderr).toBe("");
  return project;
}

const json = ({ stdout }: Ended): unknown => JSON.parse(stdout);

/** Without what differs from run to run. */
function steady({ stdout }: Ended): string {
  return stdout
    .replaceAll(/\b\d{10}\.\d{6}\b/g, "<load>")
    .replaceAll(/\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g, "<time>")
    .replaceAll(/\b\d{3} bytes/g, "<size>");
}

const cursor = "sources.shop.resources.orders.cursor";

describe("leat state", () => {
  test("State: without an operation says which there are", async () => {
    const { code, stderr } = await shared.leat(["state"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("Usage: leat state [options] get | set | history | diff | rollback NAME")]);
    expect(await shared.leat(["state", "bogus", "shop"])).toMatchObject({ code: 2, stderr: "error: unknown command 'bogus'\n" });
    expect(await shared.leat(["state", "get"])).toMatchObject({ code: 2, stderr: "error: missing required argument 'name'\n" });
  });

  test("State: the help of an operation says what it takes", async () => {
    const { code, stdout } = await shared.leat(["state", "rollback", "-h"]);
    expect([code, stdout]).toEqual([0, expect.stringContaining("Usage: leat state rollback [options] <name>")]);
    for (const option of ["--load-id <id>", "--version <version>", "-y, --yes", "--json", "--pipelines-dir <dir>", "--destination <name>"])
      expect(stdout).toContain(option);
  });
});

describe("leat state get", () => {
  test("State: get prints what is at a path: text bare, all else as JSON", async () => {
    expect(await shared.leat(["state", "get", "shop", cursor])).toEqual({ code: 0, stdout: "2026-01-01T00:00:00+00:00\n", stderr: "" });
    expect((await shared.leat(["state", "get", "shop", "sources.shop.price"])).stdout).toBe("2.5\n");
    expect((await shared.leat(["state", "get", "shop", "sources.shop.resources.orders.archives[1]"])).stdout).toBe("archive 1\n");
    expect((await shared.leat(["state", "get", "shop", '$["sources"].shop.resources.orders.archives'])).stdout).toBe(
      '[\n  "archive 0",\n  "archive 1",\n  "archive 2"\n]\n',
    );
    expect(json(await shared.leat(["state", "get", "shop", cursor, "--json"]))).toBe("2026-01-01T00:00:00+00:00");
  });

  test("State: get prints the whole document, of this machine or of the destination", async () => {
    const local = json(await shared.leat(["state", "get", "shop"])) as Record<string, unknown>;
    expect(local).toMatchObject({ _state_version: 3, pipeline_name: "shop", _local: { first_run: false } });
    const { _local, ...remote } = local;
    expect(json(await shared.leat(["state", "get", "shop", "--remote", "--json"]))).toEqual(remote);
  });

  test("State: get of a place where nothing is says what there is", async () => {
    const { code, stderr } = await shared.leat(["state", "get", "shop", "sources.shop.resources.order.cursor"]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining("nothing at `sources.shop.resources.order.cursor`: `sources.shop.resources` has orders."),
    ]);
    expect((await shared.leat(["state", "get", "shpo"])).code).toBe(2);
    expect(json(await shared.leat(["state", "get", "shop", "a..b", "--json"]))).toMatchObject({ error: { code: "config" } });
  });

  test("State: get without --remote opens no destination", async () => {
    const { loaded } = await shared.leatLoading(["state", "get", "shop", cursor]);
    expect(loaded.filter((url) => url.includes("duckdb"))).toEqual([]);
  });
});

describe("leat state history and diff", () => {
  test("State: history lists the versions, their sizes and what each changed", async () => {
    expect(steady(await shared.leat(["state", "history", "shop"]))).toMatchInlineSnapshot(`
      "States of pipeline shop, the newest first
        version  load               time                     size       changed
        v3       <load>  <time>  <size>  shop.orders
        v2       <load>  <time>  <size>  shop.orders
        v1       <load>  <time>  <size>  shop.orders, shop
      "
    `);
    const entries = json(await shared.leat(["state", "history", "shop", "--json", "-n", "2"])) as object[];
    expect(entries).toMatchObject([
      { version: 3, changed: ["shop.orders"], loadId: expect.stringMatching(/^\d+\.\d+$/), bytes: expect.any(Number) },
      { version: 2 },
    ]);
    expect(entries).toHaveLength(2);
  });

  test("State: diff shows what the last version changed, or what lies between two", async () => {
    expect(steady(await shared.leat(["state", "diff", "shop"]))).toMatchInlineSnapshot(`
      "State of pipeline shop: v2 (load <load>, <time>) -> v3 (load <load>, <time>)
        +  sources.shop.resources.orders.archives[2]  "archive 2"
      "
    `);
    const entries = json(await shared.leat(["state", "history", "shop", "--json"])) as { loadId: string }[];
    const back = ["state", "diff", "shop", "v3", entries[2]!.loadId];
    expect(steady(await shared.leat(back))).toMatchInlineSnapshot(`
      "State of pipeline shop: v3 (load <load>, <time>) -> v1 (load <load>, <time>)
        -  sources.shop.resources.orders.archives[1]  "archive 1"
        -  sources.shop.resources.orders.archives[2]  "archive 2"
      "
    `);
    expect(json(await shared.leat([...back, "--json"]))).toMatchObject({
      from: { version: 3 },
      to: { version: 1, loadId: entries[2]!.loadId },
      changes: [
        { path: "sources.shop.resources.orders.archives[1]", kind: "removed", before: "archive 1" },
        { path: "sources.shop.resources.orders.archives[2]", kind: "removed", before: "archive 2" },
      ],
    });
  });

  test("State: diff of a version that is not there names those that are", async () => {
    const { code, stderr } = await shared.leat(["state", "diff", "shop", "v9"]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/no state of pipeline `shop` of version 9\. There are \S+ \(v3\), \S+ \(v2\), \S+ \(v1\)\./),
    ]);
  });

  test("State: a machine that does not know the pipeline looks at the destination, and writes nothing", async () => {
    const env = { DLT_DATA_DIR: join(shared.dir, "other home"), DESTINATION__DUCKDB__CREDENTIALS: join(shared.dir, "shop.duckdb") };
    const there = ["--destination", "duckdb", "--dataset-name", "data"];
    expect((await shared.leat(["state", "get", "shop", "--remote", cursor, ...there], env)).stdout).toBe("2026-01-01T00:00:00+00:00\n");
    expect(json(await shared.leat(["state", "history", "shop", "--json", ...there], env))).toHaveLength(3);
    expect(readdirSync(shared.dir)).not.toContain("other home");
    const { code, stderr } = await shared.leat(["state", "history", "shop"], env);
    expect([code, stderr]).toEqual([2, expect.stringContaining("There is no local copy of pipeline `shop`")]);
  });
});

describe("leat state set", () => {
  test("State: set shows what changes and does nothing where nobody can be asked", async () => {
    const { code, stdout, stderr } = await shared.leat(["state", "set", "shop", cursor, "2025-12-31T00:00:00Z"]);
    expect([code, stdout]).toEqual([
      2,
      "Pipeline shop: this changes in the state\n" +
        `  ~  ${cursor}  2026-01-01T00:00:00+00:00 (timestamp) -> 2025-12-31T00:00:00+00:00 (timestamp)\n`,
    ]);
    expect(stderr).toContain("--yes has to be given");
    expect((await shared.leat(["state", "get", "shop", cursor])).stdout).toBe("2026-01-01T00:00:00+00:00\n");
  });

  test("State: set a cursor, and the next run starts there", async () => {
    const project = await withRuns(new Project({ "main.ts": shop }), 1);
    const { code, stdout } = await project.leat(["state", "set", "shop", cursor, "2025-12-31T00:00:00Z", "-y"]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/Done: the state has version 2 now\.\n$/)]);
    await withRuns(project, 2);
    expect(await project.values("shop.duckdb", "SELECT (\"cursor\" AT TIME ZONE 'UTC')::DATE::TEXT FROM data.orders ORDER BY run")).toEqual(
      ["2026-01-01", "2025-12-31"],
    );
    expect((await project.leat(["state", "set", "shop", cursor, "2025-12-31T00:00:00Z"])).stdout).toBe(
      "The state of pipeline shop is so already.\n",
    );
  });

  test("State: set takes JSON, text and types, and deletes", async () => {
    const project = await withRuns(new Project({ "main.ts": shop }), 2);
    const set = async (...args: string[]): Promise<unknown> => json(await project.leat(["state", "set", "shop", ...args, "-y", "--json"]));
    const at = (path: string): string => `sources.shop.${path}`;
    expect(await set(at("price"), "12345678901234567890.10")).toMatchObject({
      changes: [{ kind: "changed", after: "12345678901234567890.10" }],
    });
    expect(await set(at('"odd name".list[0]'), '{"a": 1.0, "b": 1152921504606846977}')).toMatchObject({ version: 3 });
    expect(await set(at("note"), "plain text")).toMatchObject({
      changes: [{ path: "sources.shop.note", kind: "added", after: "plain text" }],
    });
    expect(await set(at("day"), "2026-02-01", "--type", "date")).toMatchObject({ changes: [{ after: "2026-02-01" }] });
    expect(await set(at("digits"), "5", "--type", "text")).toMatchObject({ changes: [{ after: "5" }] });
    expect(await set(at("resources.orders.archives[0]"), "--delete")).toMatchObject({
      changes: [{ path: "sources.shop.resources.orders.archives[0]", kind: "removed", before: "archive 0" }],
    });
    const { stdout } = await project.leat(["state", "get", "shop", "sources.shop"]);
    expect(stdout).toContain('"b": 1152921504606846977');
    expect(stdout).toContain('"a": 1.0');
    expect(json({ stdout } as Ended)).toMatchObject({
      price: "12345678901234567890.10",
      note: "plain text",
      digits: "5",
      resources: { orders: { archives: ["archive 1"] } },
    });
  });

  test.each([
    [["pipeline_name", "other", "-y"], 6, "`pipeline_name` of the pipeline state is leat's own"],
    [["sources.shop", "5", "-y"], 6, "At `sources.shop` of the pipeline state has to be an object"],
    [[cursor, "yesterday", "-y"], 2, "`yesterday` is no timestamp"],
    [[`${cursor}.day`, "5", "-y"], 2, `At \`${cursor}\` is a value that has no members`],
    [["sources.shop.never", "--delete", "-y"], 2, "nothing can be deleted there"],
    [["sources.shop.x", "{", "--type", "json", "-y"], 2, "`{` is not JSON"],
    [["sources.shop.x"], 2, "give a value, or --delete"],
  ])("State: set refuses %j", async (args, code, message) => {
    const ended = await shared.leat(["state", "set", "shop", ...args]);
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringContaining(message)]);
    expect((await shared.leat(["state", "get", "shop", "_state_version"])).stdout).toBe("3\n");
  });

  test("State: set is refused while packages wait", async () => {
    const project = new Project({ "main.ts": shop.replace("p.run(", "p.extract(") });
    await withRuns(project, 1);
    const { code, stdout } = await project.leat(["state", "set", "shop", cursor, "2025-12-31T00:00:00Z", "-y", "--json"]);
    expect([code, JSON.parse(stdout)]).toMatchObject([6, { error: { code: "package-pending" } }]);
  });
});

describe("leat state rollback", () => {
  test("State: rollback shows the plan, and makes the older state the newest version", async () => {
    const project = await withRuns(new Project({ "main.ts": shop }), 1, 3);
    const plan = await project.leat(["state", "rollback", "shop", "--version", "v1"]);
    expect([plan.code, steady(plan)]).toEqual([2, expect.stringContaining("Rows that were loaded since then stay.")]);
    const { code, stdout } = await project.leat(["state", "rollback", "shop", "--version", "1", "--yes"]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/Done: the state of v1 is version 3 now\.\n$/)]);
    expect((await project.leat(["state", "get", "shop", "sources.shop.resources.orders.archives", "--remote"])).stdout).toBe(
      '[\n  "archive 0"\n]\n',
    );
    const [, second] = json(await project.leat(["state", "history", "shop", "--json"])) as { loadId: string }[];
    const again = await project.leat(["state", "rollback", "shop", "--load-id", second!.loadId, "-y", "--json"]);
    expect(json(again)).toMatchObject({ version: 4, to: { version: 2 }, changes: [{ kind: "added" }, { kind: "added" }] });
    expect(await project.values("shop.duckdb", "SELECT count(*) FROM data.orders")).toEqual(["2"]);
  });

  test("State: rollback wants to know where to, and names what there is", async () => {
    expect(await shared.leat(["state", "rollback", "shop"])).toMatchObject({ code: 2, stderr: "error: give --load-id or --version\n" });
    const { code, stderr } = await shared.leat(["state", "rollback", "shop", "--load-id", "1.5", "-y"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("no state of pipeline `shop` of load `1.5`")]);
  });
});

test("S39 S40 info shows every slot: odd names, empty slots, large and exact values; whole in JSON", async () => {
  const project = new Project({
    "main.ts": `
      import { pipeline, resource, current, Decimal, PlainDate } from "leat";
      import { duckdb } from "leat/destinations/duckdb";
      const p = pipeline({ name: "shop", destination: duckdb("shop.duckdb"), datasetName: "data", progress: "none" });
      await p.run([
        resource("with space.and dot", async function* ({ state }) {
          Object.assign(state, { many: Array.from({ length: 1000 }, (_, i) => i), long: "x".repeat(5000) });
          Object.assign(state, Object.fromEntries(Array.from({ length: 30 }, (_, i) => ["key" + i, i])));
          yield { id: 1 };
        }),
        resource("empty", async function* ({ state }) { void state; yield { id: 1 }; }),
        resource("exact", async function* ({ state }) {
          Object.assign(state, { big: 2n ** 60n, price: new Decimal("1.5"), day: PlainDate.from("2026-01-02"), bytes: new Uint8Array([1, 2]), none: new Uint8Array() });
          yield { id: 1 };
        }),
      ]);
      console.log(JSON.stringify(p.state.sources, (_, value) => typeof value === "bigint" ? Number(value) : value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value));
    `,
  });
  const sources = JSON.parse((await project.leat(["run", "main.ts"])).stdout.split("\n")[0]!) as object;
  const { stdout } = await project.leat(["pipeline", "-v", "shop", "info"]);
  for (const expected of [
    "    with space.and dot\n",
    '          "… 980 more"',
    "… (5,000 characters)",
    '        "…": "12 more"',
    "    empty\n      {}",
    '"big": 1152921504606846976',
    '"price": "1.5"',
    '"day": "2026-01-02"',
    '"bytes": "AQI="',
  ])
    expect(stdout).toContain(expected);
  expect(stdout).not.toMatch(/[\uf026-\uf02d]/);
  expect(stdout.split("\n").length).toBeLessThan(120);
  const info = json(await project.leat(["pipeline", "shop", "info", "--json"])) as {
    sources: { shop: { resources: { exact: { none: string } } } };
  };
  expect(info.sources).toEqual(sources);
});
