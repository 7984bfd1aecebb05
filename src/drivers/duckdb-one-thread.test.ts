import { expect, test } from "vitest";
import { inOneThread, type ThreadSetting } from "./duckdb-one-thread.ts";

const database = (threads: number): ThreadSetting & { readonly now: number; failing: boolean } => {
  let now = threads;
  return {
    failing: false,
    get now() {
      return now;
    },
    async read() {
      await Promise.resolve();
      return now;
    },
    async set(asked) {
      await Promise.resolve();
      if (this.failing) throw new RangeError("Not now.");
      now = asked;
    },
  };
};

test("a database has one thread until the last of those who asked for it is done", async () => {
  const one = database(4);
  const [end, endOther] = await Promise.all([inOneThread("a", one), inOneThread("a", one)]);
  expect(one.now).toBe(1);
  await end!();
  await end!();
  expect(one.now).toBe(1);
  await endOther!();
  expect(one.now).toBe(4);
});

test("who asks while the last one ends finds out how many threads there were before", async () => {
  const one = database(4);
  const end = await inOneThread("b", one);
  const [, endOther] = await Promise.all([end(), inOneThread("b", one)]);
  expect(one.now).toBe(1);
  await endOther();
  expect(one.now).toBe(4);
});

test("databases do not count for each other", async () => {
  const [one, other] = [database(4), database(8)];
  const end = await inOneThread("c", one);
  expect(other.now).toBe(8);
  await (await inOneThread("d", other))();
  expect([one.now, other.now]).toEqual([1, 8]);
  await end();
});

test("a setting that fails is told of, and asked for again", async () => {
  const one = database(4);
  one.failing = true;
  await expect(inOneThread("e", one)).rejects.toThrow("Not now.");
  one.failing = false;
  const end = await inOneThread("e", one);
  expect(one.now).toBe(1);
  await end();
  expect(one.now).toBe(4);
});
