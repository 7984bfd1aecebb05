import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { tempDir } from "../../test/temp-dir.ts";
import { moveFile } from "./move-file.ts";

/** A rename that is refused so often. */
function refusing(times: number, code: string) {
  const waits: number[] = [];
  let calls = 0;
  const rename = (): void => {
    calls += 1;
    if (calls <= times) throw Object.assign(new Error(code), { code });
  };
  return { options: { rename, wait: (ms: number) => void waits.push(ms) }, waits, calls: () => calls };
}

describe("moveFile", () => {
  test("moves", () => {
    const dir = tempDir();
    writeFileSync(join(dir, "a"), "");
    moveFile(join(dir, "a"), join(dir, "b"));
    expect([existsSync(join(dir, "a")), existsSync(join(dir, "b"))]).toEqual([false, true]);
  });

  test.each(["EPERM", "EBUSY", "EACCES"])("tries again on Windows while somebody holds the file (%s)", (code) => {
    const held = refusing(3, code);
    moveFile("a", "b", { platform: "win32", ...held.options });
    expect([held.calls(), held.waits]).toEqual([4, [10, 20, 40]]);
  });

  test("gives up after two seconds", () => {
    const held = refusing(99, "EBUSY");
    expect(() => moveFile("a", "b", { platform: "win32", ...held.options })).toThrow("EBUSY");
    expect(held.waits.reduce((sum, ms) => sum + ms)).toBe(2000);
  });

  test.each([
    ["win32", "ENOENT"],
    ["linux", "EPERM"],
    ["darwin", "EACCES"],
  ] as const)("throws at once on %s for %s", (platform, code) => {
    const held = refusing(1, code);
    expect(() => moveFile("a", "b", { platform, ...held.options })).toThrow(code);
    expect(held.waits).toEqual([]);
  });
});
