import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { databasePath, expectExactly, finish, inFolder, runChild, type ToldError, type World, workingDir } from "./crash-world.ts";

// Root may write where modes forbid it, so faults of rights need a child of another user; where there is no root, this user will do.
const isRoot = process.getuid?.() === 0;
const nobody = isRoot ? { uid: 65534 } : {};

/** Heavy enough that each step writes more than the limits below. */
const heavy = { total: 900, batch: 900, pad: 2_000 };

describe("a file size limit", () => {
  test("during extract: the error names the file, neither rows nor state are kept, and the next run does it all", async () => {
    await inFolder(async (dir) => {
      const world = { dir, ...heavy };
      const error = await failed({ script: "extract", world, maxFileKb: 600 });
      expect(error).toMatchObject({ code: "step-failed", step: "extract", pipelineName: "feed" });
      expect(error.cause).toMatchObject({
        code: "working-dir",
        path: expect.stringMatching(/new_jobs\/events\.[0-9a-f]{10}\.0\.typed-jsonl$/),
      });
      expect(error.message).toMatch(/file size limit.*Raise the limit/);
      expect(pending(world)).toEqual([]);
      expect(readdirSync(join(workingDir(world), "normalize")).sort()).toEqual([".version", "extracted"]);
      await finish(world);
      await expectExactly(world);
    });
  });

  test("during normalize: the extracted package stays, and the next run goes on from it", async () => {
    await inFolder(async (dir) => {
      const world = { dir, ...heavy };
      await succeeded({ script: "extract", world });
      const packages = pending(world);
      const error = await failed({ script: "normalize", world, maxFileKb: 600 });
      expect(error).toMatchObject({ code: "step-failed", step: "normalize", pipelineName: "feed" });
      expect(error.cause).toMatchObject({ code: "working-dir" });
      expect(error.message).toContain(`at package \`${packages[0]}\``);
      expect(error.message).toMatch(/kept: the next run finishes them first/);
      expect(pending(world)).toEqual(packages);
      expect(readdirSync(join(workingDir(world), "load", "new"))).toEqual([]);
      await finish(world);
      await expectExactly(world);
    });
  });

  test("in the database: nothing of the package is visible, it stays pending, and the next run finishes it", async () => {
    await inFolder(async (dir) => {
      const world = { dir, ...heavy };
      await succeeded({ script: "extract", world });
      await succeeded({ script: "normalize", world });
      const packages = pending(world);
      const error = await failed({ script: "load", world, maxFileKb: 600 });
      expect(error).toMatchObject({ code: "step-failed", step: "load", pipelineName: "feed", loadId: packages[0] });
      expect(["connection", "load-job-failed"]).toContain(error.cause?.code);
      expect(error.message).toContain(databasePath(world));
      expect(error.message).toMatch(/limit|full|space|large/i);
      expect(pending(world)).toEqual(packages);
      await finish(world);
      await expectExactly(world);
    });
  });
});

describe("a folder that may not be written", () => {
  test("as working directory: the error names it and says what to do", async () => {
    await inFolder(async (dir) => {
      const world = { dir, total: 4, batch: 2 };
      mkdirSync(join(dir, "pipelines"));
      chmodSync(dir, 0o777);
      chmodSync(join(dir, "pipelines"), 0o555);
      const error = await failed({ script: "finish", world, ...nobody });
      expect(error).toMatchObject({ code: "working-dir", path: workingDir(world) });
      expect(error.message).toMatch(/permission denied.*`pipelinesDir`/);
      chmodSync(join(dir, "pipelines"), 0o777);
      await succeeded({ script: "finish", world, ...nobody });
      await expectExactly(world);
    });
  });

  test("in a working directory that was made by another user: nothing is changed", async () => {
    await inFolder(async (dir) => {
      const world = { dir, total: 4, batch: 2 };
      chmodSync(dir, 0o777);
      await finish(world);
      const longer = { ...world, total: 8 };
      if (!isRoot) chmodSync(workingDir(world), 0o555);
      const error = await failed({ script: "finish", world: longer, ...nobody });
      expect(error).toMatchObject({ code: "working-dir", path: expect.stringContaining(workingDir(world)) });
      if (!isRoot) chmodSync(workingDir(world), 0o755);
      await finish(longer);
      await expectExactly(longer);
    });
  });

  test("as place of the database: the error names the file, and nothing is extracted", async () => {
    await inFolder(async (dir) => {
      const world = { dir, total: 4, batch: 2 };
      mkdirSync(join(dir, "pipelines"));
      chmodSync(join(dir, "pipelines"), 0o777);
      chmodSync(dir, 0o555);
      const error = await failed({ script: "finish", world, ...nobody });
      expect(error).toMatchObject({ code: "step-failed", step: "sync", pipelineName: "feed" });
      expect(error.cause).toMatchObject({ code: "connection" });
      expect(error.message).toContain(databasePath(world));
      expect(pending(world)).toEqual([]);
      chmodSync(dir, 0o777);
      await succeeded({ script: "finish", world, ...nobody });
      await expectExactly(world);
    });
  });

  test("as place of the database, once packages wait: they are kept, and the next run finishes them", async () => {
    await inFolder(async (dir) => {
      const world = { dir, total: 4, batch: 4 };
      chmodSync(dir, 0o777);
      await succeeded({ script: "extract", world, ...nobody });
      const packages = pending(world);
      chmodSync(dir, 0o555);
      chmodSync(databasePath(world), 0o444);
      await succeeded({ script: "normalize", world, ...nobody });
      const error = await failed({ script: "load", world, ...nobody });
      expect(error).toMatchObject({ code: "step-failed", step: "load" });
      expect(error.cause).toMatchObject({ code: "connection" });
      expect(error.message).toContain(databasePath(world));
      expect(pending(world)).toEqual(packages);
      chmodSync(dir, 0o777);
      chmodSync(databasePath(world), 0o644);
      await succeeded({ script: "finish", world, ...nobody });
      await expectExactly(world);
    });
  });
});

const canMount = isRoot && spawnSync("unshare", ["--mount", "mount", "-t", "tmpfs", "-o", "size=1m", "none", "/mnt"]).status === 0;
if (!canMount) console.log("The tests on a full disk are absent: they need root and the right to mount a tmpfs.");

describe.runIf(canMount)("a full disk", () => {
  test("under the working directory: neither rows nor state are kept, and with space the next run does it all", async () => {
    await onSmallDisk(
      "pipelines",
      async (world, grow) => {
        const error = await failed({ script: "finish", world });
        expect(error).toMatchObject({ code: "step-failed", step: "extract", pipelineName: "feed" });
        expect(error.cause).toMatchObject({ code: "working-dir" });
        expect(error.message).toMatch(/the disk is full. Free some space/);
        expect(pending(world)).toEqual([]);
        grow();
        await finish(world);
        await expectExactly(world);
      },
      1,
    );
  });

  test.each([3, 4, 6])(
    "under the working directory, of %i MB: whatever step it meets, the next run ends with exactly the rows",
    async (sizeMb) => {
      await onSmallDisk(
        "pipelines",
        async (world, grow) => {
          const { error } = await runChild({ script: "finish", world });
          if (error !== undefined) expect(error.cause).toMatchObject({ code: "working-dir" });
          grow();
          await finish(world);
          await expectExactly(world);
        },
        sizeMb,
      );
    },
  );

  test("without room for a lock: the error says so", async () => {
    await onSmallDisk("pipelines", async (world, grow) => {
      spawnSync("dd", ["if=/dev/zero", `of=${join(world.dir, "pipelines", "ballast")}`, "bs=4k"]);
      const error = await failed({ script: "finish", world });
      expect(error).toMatchObject({ code: "working-dir", message: expect.stringMatching(/the disk is full/) });
      spawnSync("rm", [join(world.dir, "pipelines", "ballast")]);
      grow();
      await finish(world);
      await expectExactly(world);
    });
  });

  test.each([700, 3_000])(
    "under the database, of %i KB: nothing of a package is visible before all of it is, and with space it loads",
    async (sizeKb) => {
      await onSmallDisk(
        "database",
        async (world, grow) => {
          const much = { ...world, total: 1_800, batch: 1_800 };
          expectFull(await failed({ script: "finish", world: much }), world);
          grow();
          await finish(much);
          await expectExactly(much);
        },
        sizeKb / 1_000,
      );
    },
  );

  test.each([60, 1_000])(
    "under a folder of files, of %i KB: no file is there in part, the package does not count, and with space it loads",
    async (sizeKb) => {
      await onSmallDisk(
        "bucket",
        async (world, grow) => {
          const much = { ...world, total: 1_800, batch: 1_800 };
          const error = await failed({ script: "finish", world: much });
          expect(error).toMatchObject({ code: "step-failed", step: "load", pipelineName: "feed" });
          expect(["connection", "load-job-failed"]).toContain(error.cause?.code);
          expect(error.message).toMatch(/The disk of `.*` is full. Free some space and run again/);
          expect(pending(much)).not.toEqual([]);
          const unfinished = join(world.bucket!, "data", ".leat_unfinished");
          expect(existsSync(unfinished) ? readdirSync(unfinished) : []).toEqual([]);
          grow();
          await finish(much);
          await expectExactly(much);
        },
        sizeKb / 1_000,
      );
    },
  );

  test("under the database, that is met after many packages: those before are in, and with space the others load", async () => {
    await onSmallDisk(
      "database",
      async (world, grow) => {
        const many = { ...world, total: 3_000, batch: 150, pad: 500 };
        expectFull(await failed({ script: "finish", world: many }), world);
        grow();
        await finish({ ...many, batch: 3_000 });
        await expectExactly(many);
      },
      1.2,
    );
  });
});

function expectFull(error: ToldError, world: World): void {
  expect(error).toMatchObject({ code: "step-failed", pipelineName: "feed" });
  expect(["connection", "load-job-failed"]).toContain(error.cause?.code);
  expect(error.message).toMatch(/full|space/i);
  expect(error.message).toContain(databasePath(world));
}

/** The working directories, the database, or a folder of files, on a disk of their own that `grow` makes large enough. */
async function onSmallDisk(
  what: "pipelines" | "database" | "bucket",
  work: (world: World, grow: () => void) => Promise<void>,
  sizeMb = 2,
): Promise<void> {
  await inFolder(async (dir) => {
    const disk = join(dir, what);
    mkdirSync(disk);
    mount("-t", "tmpfs", "-o", `size=${Math.round(sizeMb * 1024)}k`, "none", disk);
    try {
      const place = { pipelines: {}, database: { database: join(disk, "data.duckdb") }, bucket: { bucket: join(disk, "files") } }[what];
      const world = { dir, ...heavy, ...place };
      await work(world, () => mount("-o", "remount,size=200m", disk));
    } finally {
      spawnSync("umount", [disk]);
    }
  });
}

function mount(...options: readonly string[]): void {
  const { status, stderr } = spawnSync("mount", options, { encoding: "utf8" });
  if (status !== 0) throw new Error(`mount ${options.join(" ")}: ${stderr}`);
}

async function failed(child: Parameters<typeof runChild>[0]): Promise<ToldError> {
  const { error } = await runChild(child);
  if (error === undefined) throw new Error("The child was expected to fail.");
  return error;
}

async function succeeded(child: Parameters<typeof runChild>[0]): Promise<void> {
  const { error } = await runChild(child);
  expect(error).toBeUndefined();
}

/** Load ids of the packages that wait, oldest first. */
function pending(world: World): string[] {
  return ["normalize/extracted", "load/normalized"]
    .map((folder) => join(workingDir(world), folder))
    .filter((folder) => statSync(folder, { throwIfNoEntry: false }) !== undefined)
    .flatMap((folder) => readdirSync(folder))
    .sort();
}
