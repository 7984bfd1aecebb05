import { expect, test } from "vitest";
import { Turns } from "./turns.ts";

test("so many run at once, in their order, and one that fails makes room", async () => {
  const turns = new Turns(2);
  const told: string[] = [];
  let running = 0;
  let most = 0;
  const work = (name: string) =>
    turns.take(async () => {
      told.push(name);
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running -= 1;
      if (name === "b") throw new RangeError(name);
      return name;
    });
  const outcomes = await Promise.allSettled(["a", "b", "c", "d", "e"].map(work));
  expect(told).toEqual(["a", "b", "c", "d", "e"]);
  expect(most).toBe(2);
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled", "fulfilled"]);
});
