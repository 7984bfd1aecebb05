import { execFileSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { tempDir } from "../../test/temp-dir.ts";
import { ConfigError, resource } from "../index.ts";
import { testPipeline } from "./index.ts";

const newestFirst = resource("events", function* ({ state }) {
  const since = Number(state["since"] ?? 0);
  state["since"] = 3;
  yield [1, 2, 3].filter((id) => id > since).map((id) => ({ id }));
});

test("a user's test: rows, state, and what a second run adds", async () => {
  await using p = testPipeline();
  await p.run(newestFirst);
  expect((await p.run(newestFirst)).rowCounts["events"]).toBeUndefined();
  expect(p.state.sources?.["test"]?.resources?.["events"]).toEqual({ since: 3 });
  await using client = p.sqlClient();
  expect(await client.query("SELECT id FROM events ORDER BY id")).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
});

test("two of them share nothing", async () => {
  await using one = testPipeline();
  await using other = testPipeline();
  await one.run(newestFirst);
  expect([other.firstRun, (await other.run(newestFirst)).rowCounts["events"]]).toEqual([true, 3]);
});

test("`now` is the clock of all that is stored", async () => {
  let hours = 0;
  const now = (): Date => new Date(Date.UTC(2020, 1, 29, hours));
  await using p = testPipeline({ now });
  const first = await p.run([{ id: 1 }], { tableName: "rows" });
  hours = 1;
  const second = await p.run([{ id: 2 }], { tableName: "rows" });
  expect([first.loadIds, second.loadIds]).toEqual([["1582934400.000000"], ["1582938000.000000"]]);
  expect([second.startedAt, second.trace.finishedAt, second.trace.steps[0]!.startedAt]).toEqual([now(), now(), now()]);
  await using client = p.sqlClient();
  expect(await client.query("SELECT inserted_at::VARCHAR AS at FROM _dlt_loads ORDER BY 1")).toEqual([
    { at: "2020-02-29 00:00:00+00" },
    { at: "2020-02-29 01:00:00+00" },
  ]);
});

test("a clock that stands still gives load ids that rise", async () => {
  await using p = testPipeline({ now: () => new Date("2020-01-01T00:00:00Z") });
  const ids = [await p.run([{ id: 1 }], { tableName: "rows" }), await p.run([{ id: 1 }], { tableName: "rows" })].map(
    ({ loadIds }) => loadIds[0],
  );
  expect(ids).toEqual(["1577836800.000000", "1577836800.000001"]);
});

test("`await using` removes its folder", async () => {
  const folder = await (async () => {
    await using p = testPipeline();
    await p.run([{ id: 1 }], { tableName: "rows" });
    expect(existsSync(p.workingDir)).toBe(true);
    return dirname(p.workingDir);
  })();
  expect(existsSync(folder)).toBe(false);
});

test("the end of the process removes the others", () => {
  const dir = tempDir();
  const script = `
    import { createJiti } from "jiti";
    const { testPipeline } = await createJiti(import.meta.url).import(${JSON.stringify(join(import.meta.dirname, "index.ts"))});
    console.log(testPipeline().workingDir); testPipeline();`;
  const printed = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
    env: { ...process.env, TMPDIR: dir },
    encoding: "utf8",
  });
  expect(printed).toContain(dir);
  expect(readdirSync(dir)).toEqual([]);
});

test("options are those of a pipeline, without the folder", async () => {
  await using p = testPipeline({ name: "shop", datasetName: "data" });
  expect([p.name, p.datasetName]).toEqual(["shop", "data"]);
  expect(() => testPipeline({ pipelinesDir: "/tmp" } as never)).toThrow(ConfigError);
});
