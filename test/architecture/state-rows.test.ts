import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { onPostgres } from "../../vitest.all.config.ts";

// What pipeline state promises is a list of numbered sentences, S1 to S45. The tests of a sentence have names that start with its number.

const rows = Array.from({ length: 45 }, (_, index) => `S${index + 1}`);

/** Sentences that no test is about, and why. */
const withoutTest: Readonly<Record<string, string>> = {
  S24: "incremental loading: not there yet",
  S26: "cursors per key, part of incremental loading: not there yet",
  S28: "advice against millions of elements, see docs/when-not-to-use-state.md; keyed state, which takes them: not there yet",
  S29: "the same advice, for timestamps of records",
  S30: "the same advice, for stores outside of the pipeline",
};

interface TestFile {
  readonly path: string;
  readonly rows: readonly string[];
  /** Whether `npm run test:all` runs it on Postgres. */
  readonly isOnPostgres: boolean;
}

const files = ["src", "test"].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => testFile(`${folder}/${name.replaceAll("\\", "/")}`)),
);

function testFile(path: string): TestFile {
  const text = readFileSync(path, "utf8");
  // A text that starts with numbers is a name, also where it stands in a table of cases.
  const names = text.matchAll(/["'`]((?:S\d+ )+)/g);
  return {
    path,
    rows: [...new Set([...names].flatMap(([, numbers]) => numbers!.trim().split(" ")))],
    isOnPostgres:
      /\.(?:each|for)\((?:testDestinations|databaseKinds)\)/.test(text) || onPostgres.some((name) => path === `test/e2e/${name}.test.ts`),
  };
}

const testsOf = (row: string): readonly TestFile[] => files.filter((file) => file.rows.includes(row));

describe("the sentences about pipeline state", () => {
  const inScope = rows.filter((row) => !(row in withoutTest));

  test("have each a test that starts with its number", () => {
    expect(inScope.filter((row) => testsOf(row).length === 0)).toEqual([]);
  });

  test("are each tested on Postgres, too", () => {
    expect(inScope.filter((row) => !testsOf(row).some(({ isOnPostgres }) => isOnPostgres))).toEqual([]);
  });

  test("are left out only while no test is about them", () => {
    expect(Object.keys(withoutTest).filter((row) => testsOf(row).length > 0)).toEqual([]);
  });

  test("are all that tests name by number", () => {
    expect(files.flatMap((file) => file.rows.filter((row) => !rows.includes(row)))).toEqual([]);
  });
});
