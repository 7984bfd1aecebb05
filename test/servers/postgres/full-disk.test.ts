import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { onCrashPoint } from "../../../src/core/crash-point.ts";
import { postgres } from "../../../src/destinations/postgres/index.ts";
import { connectPostgres } from "../../../src/drivers/postgres.ts";
import { type Pipeline, type PipelineEvent, type PipelineOptions, pipeline, resource } from "../../../src/index.ts";
import { createPostgres } from "../../destinations.ts";
import { failure } from "../../e2e/local-pipeline.ts";
import { tempDir } from "../../temp-dir.ts";
import { locationOf } from "./connection.ts";
import { startOwnServer } from "./own-server.ts";

const canMount =
  process.getuid?.() === 0 && spawnSync("unshare", ["--mount", "mount", "-t", "tmpfs", "-o", "size=1m", "none", "/mnt"]).status === 0;
if (!canMount) console.log("The tests on a full disk are absent: they need root and the right to mount a tmpfs.");

interface SmallDisk {
  readonly folder: string;
  grow(): void;
}

/** Unmounted after the test, once what lies on it has ended. */
function smallDisk(sizeMb: number, onEnd: () => Promise<void> = async () => {}): SmallDisk {
  const folder = mkdtempSync(join(tmpdir(), "leat-disk-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", `size=${sizeMb}m,mode=777`, "none", folder]);
  onTestFinished(async () => {
    await onEnd();
    execFileSync("umount", [folder]);
    rmSync(folder, { recursive: true });
  });
  return { folder, grow: () => void execFileSync("mount", ["-o", "remount,size=600m", folder]) };
}

const pad = "x".repeat(1500);

/** Run number `run`: rows that stay, and rows that take the place of those of the run before. */
const heavy = (run: number, count: number) => {
  const rows = Array.from({ length: count }, (_, id) => ({ id, run, pad: `${run} ${id} ${pad}` }));
  return [
    resource("events", function* ({ state }) {
      state["runs"] = run;
      yield rows;
    }),
    resource("items", { writeDisposition: "merge", primaryKey: "id" }, rows),
    resource("snapshot", { writeDisposition: "replace" }, rows.slice(0, 10)),
  ];
};

async function counts(url: string): Promise<unknown> {
  const connection = await connectPostgres(locationOf(url));
  const [row] =
    await connection.query(`SELECT (SELECT count(*) FROM data.events) AS events, (SELECT count(DISTINCT id) FROM data.items) AS ids,
    (SELECT count(*) FROM data.items) AS items, (SELECT string_agg(DISTINCT run::text, ' ') FROM data.items) AS runs,
    (SELECT string_agg(DISTINCT run::text, ' ') FROM data.snapshot) AS snapshot, (SELECT count(*) FROM data._dlt_loads) AS loads`);
  await connection.close();
  return row;
}

afterEach(() => onCrashPoint(undefined));

describe.runIf(canMount)("a full disk", () => {
  test("of the tables: it is told at once, nothing of the package is visible, and with space the next run loads it", {
    timeout: 120_000,
  }, async () => {
    const server = await startOwnServer();
    const disk = smallDisk(16, () => server.stop());
    execFileSync("chown", ["postgres", disk.folder]);
    await server.script(`CREATE TABLESPACE small LOCATION '${disk.folder}'`, "CREATE DATABASE tight TABLESPACE small");
    const url = Object.assign(new URL(server.url), { pathname: "/tight" }).href;
    const told: string[] = [];
    const shop = open(postgres(url), { onEvent: (event) => void told.push(...retriesOf(event)) });
    await shop.run(heavy(1, 10));
    const before = await counts(url);
    const error = await failure(() => shop.run(heavy(2, 6_000)));
    expect(error).toMatchObject({ retryable: false, message: expect.stringMatching(/The disk of .*\/tight` is full.*Free some space/) });
    expect(told).toEqual([]);
    expect(await counts(url)).toEqual(before);
    expect(shop.hasPendingData).toBe(true);
    disk.grow();
    await shop.run();
    expect(await counts(url)).toEqual({ events: 6_010, ids: 6_000, items: 6_000, runs: "2", snapshot: "2", loads: 2 });
    await server.stop();
  });

  test("of the whole server, which ends by it: the package waits, and is loaded once the server runs again", {
    timeout: 180_000,
  }, async () => {
    let stop = async (): Promise<void> => {};
    const disk = smallDisk(75, () => stop());
    const server = await startOwnServer({ folder: disk.folder });
    stop = () => server.stop();
    await server.script("ALTER ROLE postgres SET synchronous_commit = on");
    const shop = open(postgres(server.url), { load: { maxRetries: 1 } });
    await shop.run(heavy(1, 10));
    const error = await failure(() => shop.run(heavy(2, 18_000)));
    expect(error).toMatchObject({ message: expect.stringMatching(/is full|is lost|Nothing listens/) });
    expect(shop.hasPendingData).toBe(true);
    disk.grow();
    await server.startAgain();
    expect(await counts(server.url)).toMatchObject({ events: 10, runs: "1", snapshot: "1", loads: 1 });
    await shop.run();
    expect(await counts(server.url)).toEqual({ events: 18_010, ids: 18_000, items: 18_000, runs: "2", snapshot: "2", loads: 2 });
    await server.stop();
  });

  test.each(["load:jobs-started", "load:before-commit", "load:after-commit", "load:jobs-completed"] as const)(
    "of the working directory at %s: the next run ends with exactly the rows",
    async (point) => {
      const database = await createPostgres();
      const disk = smallDisk(3);
      const shop = open(database.destination(), { pipelinesDir: disk.folder });
      await shop.run(heavy(1, 10));
      onCrashPoint((name) => {
        if (name === point) spawnSync("dd", ["if=/dev/zero", `of=${join(disk.folder, "ballast")}`, "bs=1k"]);
      });
      const error = await shop.run(heavy(2, 20)).catch((thrown: unknown) => thrown);
      onCrashPoint(undefined);
      // Moving a file takes no space: where the disk is full too late, nobody minds.
      if (error instanceof Error)
        expect(error).toMatchObject({ cause: { code: "working-dir", message: expect.stringContaining("the disk is full") } });
      rmSync(join(disk.folder, "ballast"));
      await shop.run(heavy(3, 20));
      expect(await counts(database.url)).toEqual({ events: 50, ids: 20, items: 20, runs: "3", snapshot: "3", loads: 3 });
      expect(shop.state.sources).toMatchObject({ shop: { resources: { events: { runs: 3 } } } });
    },
  );
});

test("a limit that the server sets to temporary files is told at once", async () => {
  const database = await createPostgres();
  const shop = open(
    postgres({ connectionString: `${database.url}?options=${encodeURIComponent("-c temp_file_limit=64kB -c work_mem=64kB")}` }),
  );
  await shop.run(heavy(1, 10));
  const error = await failure(() => shop.run(heavy(2, 20_000)));
  expect(error).toMatchObject({ retryable: false, message: expect.stringContaining("has reached a limit") });
  expect(await counts(database.url)).toMatchObject({ events: 10, loads: 1 });
  await open(postgres(database.url), { pipelinesDir: join(shop.workingDir, "..") }).run();
  expect(await counts(database.url)).toMatchObject({ events: 20_010, items: 20_000, loads: 2 });
});

function open(destination: NonNullable<PipelineOptions["destination"]>, options: PipelineOptions = {}): Pipeline {
  return pipeline({ name: "shop", destination, datasetName: "data", pipelinesDir: tempDir(), progress: "none", ...options });
}

function retriesOf(event: PipelineEvent): string[] {
  return event.type === "warning" && event.code === "load-retried" ? [event.message] : [];
}
