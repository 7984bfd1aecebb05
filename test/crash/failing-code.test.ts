import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { LeatError, type Pipeline, pipeline, type RunOptions, resource, transformer } from "../../src/index.ts";
import { tempDir } from "../temp-dir.ts";

/** A pipeline that loaded one row before and has state of it, so that what a failed run changes would show. */
async function loadedBefore(options: { readonly onEvent?: (event: { readonly type: string }) => void } = {}): Promise<Pipeline> {
  const dir = tempDir();
  const p = pipeline({
    name: "shop",
    destination: duckdb(join(dir, "data.duckdb")),
    datasetName: "data",
    pipelinesDir: join(dir, "pipelines"),
    progress: "none",
    ...options,
  });
  await p.run(counting([{ id: 1 }]));
  return p;
}

function counting(rows: readonly unknown[]) {
  return resource("items", function* ({ state }) {
    state["runs"] = ((state["runs"] as number | undefined) ?? 0) + 1;
    yield rows;
  });
}

async function thrownBy(work: () => Promise<unknown>): Promise<LeatError> {
  try {
    await work();
  } catch (error) {
    if (LeatError.is(error)) return error;
    throw error;
  }
  throw new Error("Nothing was thrown.");
}

/** Neither rows nor state: everything is as it was after the run before, and the next run works. */
async function expectNothingKept(p: Pipeline): Promise<void> {
  expect(p.hasPendingData).toBe(false);
  expect(readdirSync(join(p.workingDir, "normalize"))).toEqual([".version", "extracted"]);
  expect(p.state.sources?.["shop"]?.resources).toEqual({ items: { runs: 1 } });
  {
    await using client = p.sqlClient();
    expect(await client.query("SELECT count(*) AS n FROM items")).toEqual([{ n: 1 }]);
    expect(await client.query("SELECT count(*) AS n FROM _dlt_loads")).toEqual([{ n: 1 }]);
  }
  await p.run(counting([{ id: 2 }]));
  expect(p.state.sources?.["shop"]?.resources).toEqual({ items: { runs: 2 } });
}

/** Fails the test when a promise is rejected that nobody waits for. */
function watchRejections(): void {
  const unhandled: unknown[] = [];
  const listener = (error: unknown): void => void unhandled.push(error);
  process.on("unhandledRejection", listener);
  onTestFinished(async () => {
    await sleep(20);
    process.off("unhandledRejection", listener);
    expect(unhandled).toEqual([]);
  });
}

class Broken extends Error {}

const rows = (n: number): { id: number }[] => Array.from({ length: n }, (_, id) => ({ id }));
const later = async (error: Error, ms = 5): Promise<never> => {
  await sleep(ms);
  throw error;
};

describe("code of the user that throws", () => {
  const places: readonly (readonly [where: string, resource: string, data: () => unknown])[] = [
    [
      "in a synchronous generator",
      "broken",
      () =>
        resource("broken", function* () {
          yield { id: 1 };
          throw new Broken("no more");
        }),
    ],
    [
      "in an asynchronous generator, after an await",
      "broken",
      () =>
        resource("broken", async function* () {
          yield { id: 1 };
          await sleep(1);
          throw new Broken("no more");
        }),
    ],
    ["in a function that gives rows", "broken", () => resource("broken", () => later(new Broken("no more")))],
    [
      "in a thunk, at once",
      "broken",
      () =>
        resource("broken", function* () {
          yield () => later(new Broken("too late"), 10);
          yield () => {
            throw new Broken("no more");
          };
        }),
    ],
    [
      "in a thunk, later, while the generator goes on",
      "broken",
      () =>
        resource("broken", async function* () {
          yield () => later(new Broken("no more"));
          for (let id = 0; id < 1000; id += 1) {
            await sleep(1);
            yield { id };
          }
        }),
    ],
    [
      "in one of many thunks of a page",
      "broken",
      () => resource("broken", [[() => later(new Broken("late")), () => later(new Broken("no more"), 1)]]),
    ],
    [
      "in a transformer",
      "broken",
      () =>
        transformer(resource("all", rows(3)), "broken", async function* (row) {
          if (row.id === 2) throw new Broken("no more");
          yield row;
        }),
    ],
    [
      "in a transformer that gives promises",
      "broken",
      () => transformer(resource("all", rows(3)), "broken", (row) => (row.id === 1 ? later(new Broken("no more")) : row)),
    ],
    [
      "in a parallel transformer, while its parent goes on",
      "broken",
      () => {
        const all = resource("all", async function* () {
          for (let id = 0; id < 20; id += 1) {
            yield { id };
            await sleep(2);
          }
        });
        return transformer(all, "broken", { parallel: true }, (row) => (row.id === 1 ? later(new Broken("no more"), 1) : row));
      },
    ],
    [
      "in a map step, synchronously",
      "broken",
      () =>
        resource("broken", rows(3)).map((row) => {
          if (row.id === 2) throw new Broken("no more");
          return row;
        }),
    ],
    [
      "in a map step whose other calls fail later",
      "broken",
      () =>
        resource("broken", [rows(3)]).map((row) => {
          if (row.id === 2) throw new Broken("no more");
          return later(new Broken("too late"), 1) as Promise<{ id: number }>;
        }),
    ],
    [
      "in a filter",
      "broken",
      () => resource("broken", rows(3)).filter((row) => (row.id === 2 ? (later(new Broken("no more"), 1) as unknown as boolean) : true)),
    ],
    [
      "in a flatMap",
      "broken",
      () =>
        resource("broken", rows(3)).flatMap(function* (row) {
          yield row;
          if (row.id === 2) throw new Broken("no more");
        }),
    ],
    [
      "in a parallel resource",
      "broken",
      () =>
        resource("broken", { parallel: true }, async function* () {
          yield { id: 1 };
          await sleep(3);
          throw new Broken("no more");
        }),
    ],
    [
      "in the function that names the table",
      "broken",
      () =>
        resource("broken", rows(3)).applyHints({
          tableName: () => {
            throw new Broken("no more");
          },
        }),
    ],
  ];

  test.each(places)("%s leaves neither rows nor state, and the error says whose it is", async (_, name, data) => {
    watchRejections();
    const p = await loadedBefore();
    const others = { closed: 0 };
    const other = resource("other", { parallel: true }, async function* () {
      try {
        for (let id = 0; ; id += 1) {
          yield { id };
          await sleep(1);
        }
      } finally {
        others.closed += 1;
      }
    });
    const beside = resource("beside", function* () {
      try {
        for (let id = 0; ; id += 1) yield { id };
      } finally {
        others.closed += 1;
      }
    });
    const error = await thrownBy(() => p.run([counting([{ id: 2 }]), other, beside, data() as never]));
    expect(error).toMatchObject({ code: "step-failed", step: "extract", pipelineName: "shop" });
    expect(error.cause).toMatchObject({ code: "resource-failed", resource: name });
    expect((error.cause as Error).cause).toBeInstanceOf(Broken);
    expect((error.cause as Error).message).toContain("no more");
    expect(error.message).toContain(`\`${name}\``);
    expect(others.closed).toBe(2);
    await expectNothingKept(p);
  });

  test("ends the generator of a transformer when a step after it throws", async () => {
    const p = await loadedBefore();
    let closed = 0;
    const inner = transformer(resource("all", rows(3)), "inner", async function* (row) {
      try {
        yield row;
        yield row;
      } finally {
        closed += 1;
      }
    }).map((row) => {
      if (row.id === 1) throw new Broken("no more");
      return row;
    });
    const error = await thrownBy(() => p.run(inner));
    expect(error.cause).toMatchObject({ code: "resource-failed", resource: "inner" });
    expect(closed).toBe(2);
    await expectNothingKept(p);
  });

  test("ends the run soon when a thunk fails while its generator waits for something else", async () => {
    const p = await loadedBefore();
    const startedAt = performance.now();
    const waiting = resource("waiting", async function* ({ signal }) {
      yield () => later(new Broken("no more"));
      await sleep(60_000, undefined, { signal });
      yield { id: 1 };
    });
    const error = await thrownBy(() => p.run(waiting));
    expect(error.cause).toMatchObject({ code: "resource-failed", resource: "waiting", message: expect.stringContaining("no more") });
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    await expectNothingKept(p);
  });

  test("that closes a generator does not hide the error that came first", async () => {
    const p = await loadedBefore();
    const bad = resource("bad", async function* () {
      try {
        for (;;) {
          yield { id: 1 };
          await sleep(1);
        }
      } finally {
        await later(new Error("and the cleaning failed, too"), 1);
      }
    });
    const error = await thrownBy(() => p.run([bad, resource("broken", () => later(new Broken("no more")))]));
    expect(error.cause).toMatchObject({ code: "resource-failed", resource: "broken" });
    await expectNothingKept(p);
  });

  test.each<[unknown, string]>([
    ["just a text", "just a text"],
    [undefined, "undefined"],
    [{ status: 500 }, "status"],
  ])("throws what is no error: %j", async (thrown, shown) => {
    const p = await loadedBefore();
    const error = await thrownBy(() =>
      p.run(
        resource("odd", function* () {
          yield { id: 1 };
          throw thrown;
        }),
      ),
    );
    expect(error.cause).toMatchObject({ code: "resource-failed", resource: "odd", cause: thrown });
    expect(error.message).toContain(shown);
  });
});

describe("rows and state that cannot be", () => {
  const circular: Record<string, unknown> = { id: 1 };
  circular["self"] = { again: [circular] };
  test.each<[string, unknown, string]>([
    ["a function", { id: 1, f: { g: () => 1 } }, "$.f.g"],
    ["a symbol", { id: 1, s: [Symbol("x")] }, "$.s[0]"],
    ["an object that contains itself", circular, "$.self.again[0]"],
  ])("%s in a row: the error names resource, row and path, and nothing is kept", async (_, row, path) => {
    const p = await loadedBefore();
    const error = await thrownBy(() => p.run([counting([{ id: 2 }]), resource("odd", [[{ id: 0 }, row]])]));
    expect(error.cause).toMatchObject({ code: "row-invalid", resource: "odd", rowIndex: 1, path });
    await expectNothingKept(p);
  });

  test("a function in state: the error names source, resource and path, and nothing is kept", async () => {
    const p = await loadedBefore();
    const odd = resource("odd", function* ({ state }) {
      yield { id: 1 };
      state["callbacks"] = [() => 1];
    });
    const error = await thrownBy(() => p.run([counting([{ id: 2 }]), odd]));
    expect(error.cause).toMatchObject({ code: "state-invalid", path: "sources.shop.resources.odd.callbacks[0]" });
    expect(error.message).toContain("`odd`");
    await expectNothingKept(p);
  });

  test("an empty name of a table: the error names the resource", async () => {
    const p = await loadedBefore();
    const error = await thrownBy(() => p.run(resource("odd", rows(1)).applyHints({ tableName: () => "" })));
    expect(LeatError.is(error.cause)).toBe(true);
    expect(error.message).toContain("`odd`");
    await expectNothingKept(p);
  });
});

describe("a signal that fires", () => {
  async function cancelled(p: Pipeline, data: unknown, options: RunOptions & { readonly signal: AbortSignal }): Promise<void> {
    const error = await thrownBy(() => p.run(data as never, options));
    expect(error.code).toBe("cancelled");
  }

  test("ends a generator that listens, with its finally block", async () => {
    watchRejections();
    const p = await loadedBefore();
    let closed = false;
    const controller = new AbortController();
    const listening = resource("listening", async function* ({ signal }) {
      try {
        yield { id: 1 };
        setTimeout(() => controller.abort(), 20);
        await sleep(600_000, undefined, { signal });
      } finally {
        closed = true;
      }
    });
    await cancelled(p, [counting([{ id: 2 }]), listening], { signal: controller.signal });
    expect(closed).toBe(true);
    await expectNothingKept(p);
  });

  test("leaves a generator behind that hangs and does not listen", async () => {
    watchRejections();
    const p = await loadedBefore();
    let wake = (): void => {};
    const controller = new AbortController();
    const hanging = resource("hanging", async function* () {
      yield { id: 1 };
      setTimeout(() => controller.abort(), 20);
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      yield { id: 2 };
    });
    await cancelled(p, [counting([{ id: 2 }]), hanging], { signal: controller.signal });
    await expectNothingKept(p);
    wake();
    await sleep(20);
    expect(readdirSync(join(p.workingDir, "normalize"))).toEqual([".version", "extracted"]);
  });

  test("ends a synchronous generator that never ends", async () => {
    const p = await loadedBefore();
    const endless = resource("endless", function* () {
      for (let id = 0; ; id += 1) yield { id };
    });
    await cancelled(p, endless, { signal: AbortSignal.timeout(50) });
    await expectNothingKept(p);
  });

  test("before the run begins changes nothing", async () => {
    const p = await loadedBefore();
    await cancelled(p, counting([{ id: 2 }]), { signal: AbortSignal.abort() });
    await expectNothingKept(p);
  });

  test.each([
    ["extract", "step-completed", { n: 2, loads: 2 }],
    ["normalize", "step-started", { n: 2, loads: 2 }],
    ["normalize", "step-completed", { n: 2, loads: 2 }],
  ] as const)("at %s (%s) keeps the package, and the next run finishes it", async (step, type, expected) => {
    const controller = new AbortController();
    let isOn = false;
    const p = await loadedBefore({
      onEvent: (event) => {
        if (isOn && event.type === type && "step" in event && event.step === step) controller.abort();
      },
    });
    isOn = true;
    await cancelled(p, counting([{ id: 2 }]), { signal: controller.signal });
    expect(p.hasPendingData).toBe(true);
    await p.run();
    await using client = p.sqlClient();
    expect(await client.query("SELECT (SELECT count(*) FROM items) AS n, (SELECT count(*) FROM _dlt_loads) AS loads")).toEqual([expected]);
    expect(p.hasPendingData).toBe(false);
  });

  test("while a package loads lets the commit come to its end", async () => {
    const controller = new AbortController();
    let isOn = false;
    const p = await loadedBefore({ onEvent: (event) => isOn && event.type === "job-started" && controller.abort() });
    isOn = true;
    const outcome = await p.run(counting([{ id: 2 }]), { signal: controller.signal }).catch((error: unknown) => error);
    if (LeatError.is(outcome)) expect(outcome.code).toBe("cancelled");
    await using client = p.sqlClient();
    expect(await client.query("SELECT count(*) AS n FROM items")).toEqual([{ n: 2 }]);
    expect(p.hasPendingData).toBe(false);
  });

  test("ends a process in which nothing else is alive with the error, not in silence", () => {
    const dir = tempDir();
    const { status, stdout, stderr } = spawnSync(process.execPath, [new URL("hanging.mjs", import.meta.url).pathname, dir], {
      encoding: "utf8",
    });
    expect({ status, stdout: stdout.trim(), stderr }).toEqual({ status: 0, stdout: "cancelled []", stderr: "" });
  });
});
