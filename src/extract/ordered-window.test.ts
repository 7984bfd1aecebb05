import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { OrderedWindow } from "./ordered-window.ts";

test("delivers in the order of the pushes, whichever value comes first", async () => {
  const delivered: number[] = [];
  const window = new OrderedWindow<number>(
    10,
    (value) => void delivered.push(value),
    () => {},
  );
  for (const [value, ms] of [
    [1, 6],
    [2, 1],
    [3, 3],
  ] as const)
    void window.push(sleep(ms, value));
  void window.push(4);
  await window.drain();
  expect(delivered).toEqual([1, 2, 3, 4]);
});

test("lets a push wait while it is full", async () => {
  const window = new OrderedWindow<number>(
    2,
    () => {},
    () => {},
  );
  expect(window.push(sleep(5, 1))).toBeUndefined();
  await expect(window.push(sleep(5, 2))).resolves.toBeUndefined();
  await window.drain();
});

test("tells at once of a failure that nobody waits for, and throws it at the next push and at the end", async () => {
  const onFailure = vi.fn();
  const window = new OrderedWindow<number>(10, () => {}, onFailure);
  const failure = new Error("no");
  void window.push(Promise.reject(failure));
  await sleep(1);
  expect(onFailure).toHaveBeenCalledWith(failure);
  // The rejection of a value that is not taken any more does not count as unhandled.
  expect(() => window.push(Promise.reject(new Error("late")))).toThrow(failure);
  expect(() => window.drain()).toThrow(failure);
});

test("tells at once of a failure behind a value that hangs, and delivers nothing more", async () => {
  const onFailure = vi.fn();
  const delivered: number[] = [];
  let resolveFirst = (_: number): void => {};
  const window = new OrderedWindow<number>(10, (value) => void delivered.push(value), onFailure);
  void window.push(new Promise<number>((resolve) => (resolveFirst = resolve)));
  const failure = new Error("no");
  void window.push(Promise.reject(failure));
  await expect(window.drain()).rejects.toThrow(failure);
  expect(onFailure).toHaveBeenCalledExactlyOnceWith(failure);
  resolveFirst(1);
  await sleep(1);
  expect(delivered).toEqual([]);
});
