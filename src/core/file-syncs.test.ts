import { openSync, readdirSync, readFileSync, readlinkSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tempDir } from "../../test/temp-dir.ts";
import { FileSyncs } from "./file-syncs.ts";

const isLinux = process.platform === "linux";

describe("files that are synced beside other work", () => {
  it("are whole and closed in the end, also when they are more than may wait", async () => {
    const folder = tempDir();
    const syncs = new FileSyncs();
    const files = Array.from({ length: 200 }, (_, index) => join(folder, String(index)));
    for (const path of files) {
      const fd = openSync(path, "w");
      writeSync(fd, path);
      syncs.file(fd, path);
    }
    syncs.folder(folder);
    await syncs.done();
    expect(files.map((path) => readFileSync(path, "utf8"))).toEqual(files);
    if (isLinux) expect(openFiles().filter((path) => path.startsWith(folder))).toEqual([]);
  });

  it("may be closed already", async () => {
    const path = join(tempDir(), "file");
    writeFileSync(path, "text");
    const syncs = new FileSyncs();
    syncs.path(path);
    await expect(syncs.done()).resolves.toBeUndefined();
  });

  it.runIf(isLinux)("are waited for by those that include them", async () => {
    const [syncs, others] = [new FileSyncs(), new FileSyncs()];
    others.path("/dev/null");
    syncs.include(others);
    await expect(syncs.done()).rejects.toThrow("EINVAL");
  });

  // What Linux does not sync.
  it.runIf(isLinux)("fail in the end where the disk refuses one, and no other is taken then", async () => {
    const syncs = new FileSyncs();
    syncs.path("/dev/null");
    await expect(syncs.done()).rejects.toMatchObject({ code: "EINVAL", path: "/dev/null" });
    expect(() => syncs.folder(tempDir())).toThrow("EINVAL");
    await expect(syncs.done()).rejects.toThrow("EINVAL");
  });
});

function openFiles(): string[] {
  return readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      // That of the folder itself.
      return [];
    }
  });
}
