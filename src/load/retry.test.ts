import { expect, test } from "vitest";
import { LeatError } from "../core/errors.ts";
import { createRuntime, type Runtime } from "../core/runtime.ts";
import { ConnectionError, UnsupportedError } from "../destination-kit/errors.ts";
import { WorkingDirError } from "../load-package/errors.ts";
import { type LoadRetry, mayRetry } from "./retry.ts";

const lost = new ConnectionError("The connection is lost.", { destination: "duckdb", retryable: true });

interface Waiting {
  readonly pauses: number[];
  readonly told: LoadRetry[];
  ask(error: unknown, retriesDone: number, signal?: AbortSignal): Promise<boolean>;
}

/** A clock that does not let anybody wait; chance gives `byte`. */
function waiting({ byte = 255, maxRetries = 5 } = {}): Waiting {
  const pauses: number[] = [];
  const told: LoadRetry[] = [];
  const runtime: Runtime = {
    ...createRuntime(),
    randomBytes: (size) => new Uint8Array(size).fill(byte),
    sleep: (ms, signal) => (signal.aborted ? Promise.reject(signal.reason) : Promise.resolve(void pauses.push(ms))),
  };
  return {
    pauses,
    told,
    ask: (error, retriesDone, signal = new AbortController().signal) =>
      mayRetry(error, retriesDone, { maxRetries, runtime, signal, onRetry: (retry) => void told.push(retry) }),
  };
}

test("pauses double, and do not grow without end", async () => {
  const { ask, pauses } = waiting({ maxRetries: 100 });
  for (const done of [0, 1, 2, 3, 4, 9, 60]) expect(await ask(lost, done)).toBe(true);
  expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 10_000, 10_000]);
});

test("chance takes up to a half of a pause away", async () => {
  const { ask, pauses } = waiting({ byte: 0 });
  await ask(lost, 0);
  expect(pauses).toEqual([125]);
});

test("a retry is told with its number before the pause; there are as many as are allowed", async () => {
  const { ask, told } = waiting({ maxRetries: 2 });
  expect([await ask(lost, 0), await ask(lost, 1), await ask(lost, 2)]).toEqual([true, true, false]);
  expect(told.map(({ number, maxRetries, error }) => [number, maxRetries, error])).toEqual([
    [1, 2, lost],
    [2, 2, lost],
  ]);
});

test.each([
  ["a statement that is refused", new UnsupportedError("No such type.", { destination: "duckdb" })],
  [
    "a full disk of the working directory",
    new WorkingDirError({ workingDir: "/w", path: "/w/a", problem: "full", advice: "Free some.", cause: 0 }),
  ],
  ["an error of the user", new Error("connection lost")],
])("%s is not tried again", async (_, error) => {
  expect(await waiting().ask(error, 0)).toBe(false);
});

test("a signal ends the pause", async () => {
  const error: unknown = await waiting()
    .ask(lost, 0, AbortSignal.abort("enough"))
    .catch((thrown: unknown) => thrown);
  expect(LeatError.is(error) && error.code).toBe("cancelled");
});
