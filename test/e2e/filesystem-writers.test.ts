import { mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { filesystem } from "../../src/destinations/filesystem/index.ts";
import { type Pipeline, type PipelineOptions, pipeline, resource } from "../../src/index.ts";
import { tempDir } from "../temp-dir.ts";
import { failure, query } from "./local-pipeline.ts";

const items = (rows: readonly object[], writeDisposition: "append" | "replace" = "append") =>
  resource("items", { writeDisposition }, () => rows);

describe("two pipelines with one dataset in one folder", () => {
  test("that load at once lose no file, whatever one of them replaces", async () => {
    const { open } = folder();
    const rounds = [1, 2, 3];
    const replacing = async (): Promise<void> => {
      for (const id of rounds) await open("first").run(items([{ id, children: [{ id }] }], "replace"));
    };
    const appending = async (): Promise<void> => {
      for (const id of rounds) await open("second").run([resource("items_2", [{ id }]), resource("items__more", [{ id }])]);
    };
    await Promise.all([replacing(), appending()]);
    const ids = (table: string) => query(open("first"), `SELECT id FROM ${table} ORDER BY 1`);
    expect(await ids("items")).toEqual([{ id: 3 }]);
    expect(await ids("items__children")).toEqual([{ id: 3 }]);
    for (const table of ["items_2", "items__more"]) expect(await ids(table)).toEqual(rounds.map((id) => ({ id })));
  });

  test("replace of a table leaves what the other one is about to complete", async () => {
    const { open, waiting, files } = folder();
    await open("first").run(items([{ id: 1 }], "replace"));
    const complete = await waiting("second", [{ id: 7 }]);
    await open("first").run(items([{ id: 2 }], "replace"));
    expect(files("items")).toHaveLength(2);
    expect(await query(open("first"), "SELECT id FROM items")).toEqual([{ id: 2 }]);
    await complete();
    expect(await query(open("first"), "SELECT id FROM items ORDER BY 1")).toEqual([{ id: 2 }, { id: 7 }]);
  });

  test("what a package that was given up has left goes once its table is replaced", async () => {
    const { bucket, open, files } = folder();
    await open("first").run(items([{ id: 1 }], "replace"));
    writeFileSync(join(bucket, "data", "items", "1600000000.5.0123456789.jsonl"), '{"id":3}\n');
    await open("first").run(items([{ id: 2 }], "replace"));
    expect(files("items")).toHaveLength(1);
  });
});

describe("a file that was stored, and that somebody has removed before its package counts", () => {
  test("is stored again by the next attempt", async () => {
    const { bucket, open, waiting, files } = folder();
    const complete = await waiting("shop", [{ id: 1, tags: ["a"] }]);
    for (const table of ["items", "items__tags"]) for (const file of files(table)) rmSync(join(bucket, "data", table, file));
    await complete();
    expect(await query(open("shop"), "SELECT id, (SELECT count(*) FROM items__tags) AS tags FROM items")).toEqual([{ id: 1, tags: 1 }]);
  });

  test("during that attempt: the package does not count without it, and is tried again", async () => {
    const { bucket, open, files } = folder();
    let removed = 0;
    const p = open("shop", {
      onEvent: (event) => {
        if (event.type !== "job-completed" || event.job.table !== "items" || removed > 0) return;
        for (const file of files("items")) rmSync(join(bucket, "data", "items", file));
        removed += 1;
      },
    });
    await p.run(items([{ id: 1 }]));
    expect(removed).toBe(1);
    expect(await query(p, "SELECT id FROM items")).toEqual([{ id: 1 }]);
    expect(await query(p, "SELECT count(*) AS n FROM _dlt_loads")).toEqual([{ n: 1 }]);
  });
});

interface Folder {
  readonly bucket: string;
  open(name: string, options?: PipelineOptions): Pipeline;
  /** Stores all files of a package, and no load record, which what comes back does. */
  waiting(name: string, rows: readonly object[]): Promise<() => Promise<void>>;
  files(table: string): string[];
}

function folder(): Folder {
  const dir = tempDir();
  const bucket = join(dir, "bucket");
  const base = { datasetName: "data", pipelinesDir: join(dir, "pipelines"), progress: "none" } as const;
  const open: Folder["open"] = (name, options = {}) => pipeline({ name, ...base, destination: filesystem(bucket), ...options });
  return {
    bucket,
    open,
    files: (table) => readdirSync(join(bucket, "data", table)),
    async waiting(name, rows) {
      await open(name).extract(items(rows));
      const { loadIds } = await open(name).normalize();
      const record = join(bucket, "data", "_dlt_loads", `${name}__${loadIds[0]}.jsonl`);
      mkdirSync(record, { recursive: true });
      expect(await failure(() => open(name).load())).toMatchObject({ code: "connection" });
      rmdirSync(record);
      return async () => void (await open(name).load());
    },
  };
}
