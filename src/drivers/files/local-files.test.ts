import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tempDir } from "../../../test/temp-dir.ts";
import { LocalFiles } from "./local-files.ts";

const open = (root: string, writer = "one") => new LocalFiles({ root, unfinished: "data/.unfinished", writer });

test("files are written, listed by the begin of their keys, read and removed", async () => {
  const root = join(tempDir(), "not there yet");
  const store = open(root);
  expect(await store.list("data/")).toEqual([]);
  expect(await store.read("data/a/x")).toBeUndefined();
  for (const key of ["data/a/x", "data/a/deep/y", "data/ab/z", "data/a_b"]) await store.write(key, `in ${key}`);
  const keys = async (prefix: string) => (await store.list(prefix)).map(({ key }) => key).sort();
  expect(await keys("data/a/")).toEqual(["data/a/deep/y", "data/a/x"]);
  expect(await keys("data/a")).toEqual(["data/a/deep/y", "data/a/x", "data/a_b", "data/ab/z"]);
  expect(Buffer.from((await store.read("data/a/x"))!).toString()).toBe("in data/a/x");
  await store.remove(["data/a/x", "data/never"]);
  expect([await store.exists("data/a/x"), await store.exists("data/a_b")]).toEqual([false, true]);
  await store.close();
  expect(existsSync(join(root, "data", ".unfinished"))).toBe(false);
});

test("a file is replaced whole; a copy of it is another file", async () => {
  const root = tempDir();
  const store = open(root);
  await store.write("data/x", "before");
  const [before] = await store.list("data/x");
  writeFileSync(join(root, "source"), "after that");
  await store.upload("data/x", join(root, "source"));
  writeFileSync(join(root, "source"), "changed");
  expect(readFileSync(store.localPath("data/x"), "utf8")).toBe("after that");
  expect((await store.list("data/x"))[0]!.version).not.toBe(before!.version);
});

test("what a killed process left unfinished goes with the next write of that writer; others keep theirs", async () => {
  const root = tempDir();
  const folder = join(root, "data", ".unfinished");
  const store = open(root);
  await store.write("data/x", "x");
  mkdirSync(folder, { recursive: true });
  const [mine, other] = [join(folder, `${prefixOf("one")}-left`), join(folder, `${prefixOf("two")}-left`)];
  for (const path of [mine, other]) writeFileSync(path, "half");
  await open(root).write("data/y", "y");
  expect([existsSync(mine), existsSync(other)]).toEqual([false, true]);
});

test("two writers of one file, and one that ends, do not disturb each other", async () => {
  const root = tempDir();
  await Promise.all(
    Array.from({ length: 8 }, async (_, index) => {
      const store = open(root, `writer ${index}`);
      for (let time = 0; time < 10; time += 1) {
        await store.write("data/init", `{"by":${index}}`);
        await store.close();
      }
    }),
  );
  expect(JSON.parse(readFileSync(join(root, "data", "init"), "utf8"))).toMatchObject({ by: expect.any(Number) });
  expect(readdirSync(join(root, "data"))).toEqual(["init"]);
});

test("a file where a folder has to be is a failure that says so", async () => {
  const root = tempDir();
  writeFileSync(join(root, "data"), "");
  await expect(open(root).write("data/x", "x")).rejects.toMatchObject({
    kind: "connection",
    message: expect.stringContaining("is a file"),
  });
  await expect(open(root).read("data/x")).rejects.toMatchObject({ kind: "connection" });
  await expect(open(root).upload("x", join(root, "nothing"))).rejects.toMatchObject({ kind: "connection" });
});

/** How the unfinished files of a writer begin. */
function prefixOf(writer: string): string {
  return createHash("sha256").update(writer).digest("hex").slice(0, 24);
}
