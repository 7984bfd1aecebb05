import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { type Resource, resource } from "../../src/index.ts";
import { failure, localPipeline, query, tables, values } from "./local-pipeline.ts";

const numbers = (count: number) =>
  resource(
    "numbers",
    Array.from({ length: count }, (_, n) => ({ n })),
  );

async function rowsOf<Row>(rows: Resource<string, Row>): Promise<Row[]> {
  const found: Row[] = [];
  for await (const row of rows) found.push(row);
  return found;
}

describe("map", () => {
  test("changes each row, also those of a page", async () => {
    const doubled = resource("r", [{ n: 1 }, [{ n: 2 }, { n: 3 }]] as ({ n: number } | { n: number }[])[]).map(({ n }) => ({ n: n * 2 }));
    expect(await rowsOf(doubled)).toEqual([{ n: 2 }, { n: 4 }, { n: 6 }]);
  });

  test("with an async function keeps the order of rows", async () => {
    const slowFirst = numbers(30).map(async ({ n }) => {
      await sleep((30 - n) % 7);
      return { n };
    });
    expect((await rowsOf(slowFirst)).map((row) => row.n)).toEqual(Array.from({ length: 30 }, (_, n) => n));
  });

  test("with an async function runs it for the rows of a page concurrently, and no more than maxParallelItems at once", async () => {
    const flight = { now: 0, most: 0 };
    const page = Array.from({ length: 20 }, (_, n) => ({ n }));
    const mapped = resource("pages", [page]).map(async (row) => {
      flight.most = Math.max(flight.most, ++flight.now);
      await sleep(5);
      flight.now -= 1;
      return row;
    });
    await localPipeline({ extract: { maxParallelItems: 4 } }).run(mapped);
    expect(flight).toEqual({ now: 0, most: 4 });
  });

  test("that gives null drops the row", async () => {
    expect(await rowsOf(numbers(4).map(({ n }) => (n % 2 === 0 ? null : n)))).toEqual([1, 3]);
  });
});

test("filter keeps the rows it is true for, by a sync or an async function", async () => {
  const kept = numbers(10)
    .filter(({ n }) => n > 3)
    .filter(async ({ n }) => n < 7);
  expect((await rowsOf(kept)).map((row) => row.n)).toEqual([4, 5, 6]);
});

describe("flatMap", () => {
  test("gives any number of rows for one", async () => {
    const flat = numbers(4).flatMap(function* ({ n }) {
      for (let i = 0; i < n; i += 1) yield { n, i };
    });
    expect(await rowsOf(flat)).toEqual([
      { n: 1, i: 0 },
      { n: 2, i: 0 },
      { n: 2, i: 1 },
      { n: 3, i: 0 },
      { n: 3, i: 1 },
      { n: 3, i: 2 },
    ]);
  });

  test("takes async generators, arrays and promises of them, in order", async () => {
    const async = numbers(3).flatMap(async function* ({ n }) {
      await sleep(3 - n);
      yield n;
      yield [n, n];
    });
    expect(await rowsOf(async)).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2]);
    expect(await rowsOf(numbers(2).flatMap(async ({ n }) => [n, n]))).toEqual([0, 0, 1, 1]);
  });
});

test("steps run in the order in which they were added", async () => {
  const steps = numbers(6)
    .map(({ n }) => n + 1)
    .filter((n) => n % 2 === 0)
    .flatMap((n) => [n, n * 10])
    .map((value) => ({ value }));
  const p = localPipeline();
  await p.run(steps);
  expect(await values(p, "SELECT value FROM numbers ORDER BY 1")).toEqual([2, 4, 6, 20, 40, 60]);
});

test("a step leaves the resource it was made from as it was", async () => {
  const users = resource("users", [{ id: 1 }]);
  const masked = users.map(({ id }) => ({ id: -id }));
  expect(Object.isFrozen(users)).toBe(true);
  expect(await rowsOf(users)).toEqual([{ id: 1 }]);
  expect(await rowsOf(masked)).toEqual([{ id: -1 }]);
});

test("an error in a step names the resource", async () => {
  const broken = numbers(3).map((row) => {
    if (row.n === 2) throw new Error("no twos");
    return row;
  });
  const error = await failure(() => localPipeline().run(broken));
  expect(error).toMatchObject({ code: "resource-failed", resource: "numbers", cause: new Error("no twos") });
});

describe("withName", () => {
  test("is another table and another state slot", async () => {
    const p = localPipeline();
    const counter = resource("counter", function* ({ state }) {
      state["n"] = ((state["n"] as number | undefined) ?? 0) + 1;
      yield { n: state["n"] };
    });
    await p.run(counter);
    await p.run([counter, counter.withName("copy")]);
    expect(await values(p, "SELECT n FROM counter ORDER BY 1")).toEqual([1, 2]);
    expect(await values(p, "SELECT n FROM copy")).toEqual([1]);
  });
});

describe("applyHints", () => {
  test("adds to the hints that were there", async () => {
    const p = localPipeline();
    const users = resource("users", { primaryKey: "id", columns: { id: { dataType: "bigint" } } }, [
      { id: "1", born: "2024-01-02" },
    ]).applyHints({
      columns: { born: { dataType: "date" } },
      description: "People.",
    });
    await p.run(users);
    expect(await query(p, "SELECT typeof(id) AS id, typeof(born) AS born FROM users")).toEqual([{ id: "BIGINT", born: "DATE" }]);
    expect(p.defaultSchema?.tables["users"]).toMatchObject({ description: "People.", columns: { id: { primary_key: true } } });
  });

  test("sets the table name by a function of the row", async () => {
    const p = localPipeline();
    await p.run(resource("events", [{ type: "a" }, { type: "b" }]).applyHints({ tableName: (row) => `events_${row.type}` }));
    expect(await tables(p)).toEqual(["events_a", "events_b"]);
  });
});

test("pipe applies a function", async () => {
  const doubled = (rows: Resource<string, { n: number }>) => rows.map(({ n }) => n * 2);
  expect(await rowsOf(numbers(3).pipe(doubled))).toEqual([0, 2, 4]);
});
