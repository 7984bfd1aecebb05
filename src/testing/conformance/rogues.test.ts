import { rmSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { folder, rowsOf } from "../../../examples/folder-destination/folder.ts";
import { tempDir } from "../../../test/temp-dir.ts";
import type { DestinationContract, JobObserver, LoadSession, PackagePlan } from "../../destination-kit/contract.ts";
import { ConnectionError } from "../../destination-kit/errors.ts";
import { duckdb } from "../../destinations/duckdb/index.ts";
import type { SchemaDocument, TableSchema } from "../../schema/document.ts";
import { replaceStrategies } from "../../schema/hint-options.ts";
import { isSystemTable } from "../../schema/system-tables.ts";
import { checkConformance } from "./check-conformance.ts";
import type { ConformanceOptions } from "./conformance-options.ts";
import { conformanceCases } from "./suite.ts";

/** A destination that breaks one clause. */
type Rogue = (destination: DestinationContract) => DestinationContract;
type Row = Record<string, unknown>;

/** Members of each session in place of its own. */
function session(patch: (session: LoadSession) => Partial<LoadSession>): Rogue {
  return (destination) => ({
    ...destination,
    async open(context) {
      const own = await destination.open(context);
      const patched = patch(own) as Record<string | symbol, unknown>;
      return new Proxy(own, {
        get(target, member) {
          if (Object.hasOwn(patched, member)) return patched[member];
          const value: unknown = Reflect.get(target, member, target);
          return typeof value === "function" ? value.bind(target) : value;
        },
      });
    },
  });
}

/** Another plan than it was given is stored. */
function plan(change: (plan: PackagePlan) => PackagePlan): Rogue {
  const changed = (given: PackagePlan): PackagePlan => {
    const { reconcile } = given;
    return change(reconcile === undefined ? given : { ...given, reconcile: (heads) => change(reconcile(heads)) });
  };
  return session((own) => ({ commitPackage: (given, observe) => own.commitPackage(changed(given), observe) }));
}

/** Other rows are read than are stored. */
function rows(change: (row: Row) => Row): Rogue {
  return session((own) => ({
    query: async <R>(...asked: Parameters<LoadSession["query"]>) =>
      (await own.query<Row>(...asked)).map((row) => change({ ...row })) as R[],
  }));
}

function tables(change: (table: TableSchema) => TableSchema): Rogue {
  const changed = (schema: SchemaDocument): SchemaDocument => ({
    ...schema,
    tables: Object.fromEntries(Object.entries(schema.tables).map(([name, table]) => [name, isSystemTable(name) ? table : change(table)])),
  });
  return plan((given) => ({ ...given, schema: changed(given.schema) }));
}

function without(hint: string): Rogue {
  return tables((table) => ({
    ...table,
    columns: Object.fromEntries(Object.entries(table.columns).map(([name, { [hint]: _, ...column }]) => [name, { ...column, name }])),
  }));
}

const inTurn =
  (...rogues: readonly Rogue[]): Rogue =>
  (destination) =>
    rogues.reduce((made, rogue) => rogue(made), destination);

const appends = inTurn(
  tables((table) => ({ ...table, write_disposition: "append" })),
  plan((given) => ({ ...given, truncate: [] })),
);

/** The rows of nested tables stay, whatever becomes of the rows that they are nested in. */
const forgetsNested = session((own) => ({
  async commitPackage(given, observe) {
    const nested = Object.keys(given.schema.tables).filter((name) => given.schema.tables[name]!.parent !== undefined);
    const there = [...(await own.columnsOf(nested)).keys()];
    for (const name of there) await own.execute(`CREATE OR REPLACE TEMP TABLE "old ${name}" AS SELECT * FROM ${own.qualifiedName(name)}`);
    const result = await own.commitPackage(given, observe);
    for (const name of there) {
      const lost = `SELECT * FROM "old ${name}" WHERE _dlt_id NOT IN (SELECT _dlt_id FROM ${own.qualifiedName(name)})`;
      await own.execute(`INSERT INTO ${own.qualifiedName(name)} BY NAME ${lost}`);
    }
    return result;
  },
}));

const dropsLastJob = plan((given) => ({ ...given, jobs: given.jobs.slice(0, -1) }));
const roundsValues = rows((row) => ({ ...row, at: row["at"] instanceof Date ? new Date(row["at"].getTime()) : row["at"] }));
const knowsNoLoad = inTurn(
  session(() => ({ hasLoad: async () => false })),
  plan((given) => ({ ...given, mayBeCommitted: false })),
);

/** Commits, and tells of it afterwards. */
const notAtomic = session((own) => ({
  async commitPackage(given, observe) {
    const result = await own.commitPackage(given);
    for (const job of given.jobs) observe?.started(job);
    for (const job of given.jobs) observe?.completed(job);
    return result;
  },
}));

/** Empties tables in a transaction of its own. */
const emptiesFirst = session((own) => ({
  async commitPackage(given, observe) {
    for (const name of (await own.columnsOf(given.truncate)).keys()) await own.execute(`DELETE FROM ${own.qualifiedName(name)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    return own.commitPackage(given, observe);
  },
}));

const tellsTwice = session((own) => ({
  commitPackage: (given, observe) => own.commitPackage(given, observe && ({ ...observe, completed: twice(observe) } as JobObserver)),
}));

function twice(observe: JobObserver): JobObserver["completed"] {
  return (job) => {
    observe.completed(job);
    observe.completed(job);
  };
}

function oneAtATime(): Rogue {
  let running = 0;
  return session((own) => ({
    async commitPackage(given, observe) {
      running += 1;
      try {
        if (running > 1) throw new ConnectionError("Somebody else writes.", { destination: "rogue" });
        await new Promise((resolve) => setTimeout(resolve, 20));
        return await own.commitPackage(given, observe);
      } finally {
        running -= 1;
      }
    },
  }));
}

const exclusive: Rogue = (destination) => {
  let isOpen = false;
  return {
    ...destination,
    async open(context) {
      if (isOpen) throw new ConnectionError("It is open.", { destination: "rogue" });
      isOpen = true;
      const own = await destination.open(context);
      return Object.assign(own, { close: async () => void (isOpen = false) });
    },
  };
};

const replaces = (strategy: string): Readonly<Record<string, Rogue>> => ({
  [`replace > ${strategy} > only the rows of the last run are left`]: appends,
  [`replace > ${strategy} > other tables keep their rows`]: plan((given) => ({
    ...given,
    truncate: Object.keys(given.schema.tables).filter((name) => !isSystemTable(name)),
  })),
  [`replace > ${strategy} > nested tables are replaced, too, also where nothing new is nested`]: forgetsNested,
  [`replace > ${strategy} > the rows of all files of the package are there`]: dropsLastJob,
});

const merges = (strategy: string): Readonly<Record<string, Rogue>> => ({
  [`merge > ${strategy} > a key that comes again changes its row, new ones are added`]: appends,
  [`merge > ${strategy} > what is nested goes with its row`]: forgetsNested,
  [`merge > ${strategy} > a row that is marked as deleted goes`]: without("hard_delete"),
});

let places = 0;

/** For each clause a destination that breaks it. */
const rogues: Readonly<Record<string, Rogue>> = {
  "contract > says what it is": (destination) => ({ ...destination, dltType: "" }),
  "contract > has capabilities that leat understands": (destination) => ({
    ...destination,
    capabilities: { ...destination.capabilities, mergeStrategies: ["overwrite" as never] },
  }),
  "contract > tells its place without making it": (destination) => ({ ...destination, describe: async () => String(places++) }),
  "contract > knows nothing of a dataset that is not there": session(() => ({ tableNames: async () => ["ghosts"] })),
  "contract > opens several sessions at once": exclusive,
  "contract > a place that cannot be reached is a ConnectionError": (destination) => destination,
  "rows > values arrive exactly, of every type": roundsValues,
  "rows > values arrive exactly from jsonl files": roundsValues,
  "rows > values arrive exactly from insert_values files": roundsValues,
  "rows > values arrive exactly from csv files": roundsValues,
  "rows > values arrive exactly from parquet files": roundsValues,
  "rows > a second package is added to the first": plan((given) => ({ ...given, truncate: given.tables })),
  "rows > many files of several tables all arrive, each once": dropsLastJob,
  "rows > new columns are added to a table that has rows": rows(({ born: _, ...row }) => row),
  "rows > a value of another type goes into a column of its own": rows((row) =>
    Object.fromEntries(Object.entries(row).filter(([name]) => !name.includes("__v_"))),
  ),
  "rows > names that mean something in SQL are names": rows(({ select: _, ...row }) => row),
  "rows > the longest name fits, and those beyond stay apart": inTurn(
    (destination) => ({ ...destination, capabilities: { ...destination.capabilities, maxIdentifierLength: 40 } }),
    rows((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name.slice(0, 30), value]))),
  ),
  "rows > nested tables keep their parents": rows((row) => ({ ...row, _dlt_parent_id: "nobody" })),
  "rows > each says which package it came with": rows((row) => ({ ...row, _dlt_load_id: "another" })),
  ...replaces("truncate-and-insert"),
  ...replaces("insert-from-staging"),
  ...replaces("staging-optimized"),
  ...merges("delete-insert"),
  ...merges("upsert"),
  "merge > delete-insert > of rows with one key in one package the one that sorts first counts": without("dedup_sort"),
  "merge > delete-insert > rows of a merge key take the place of all that have it": without("merge_key"),
  "merge > insert-only > a key that is there stays as it is": tables((table) => ({ ...table, "x-merge-strategy": "upsert" })),
  "merge > scd2 > a row that changed is closed, and its new version is open": appends,
  "commit > a package that is in has a load record": knowsNoLoad,
  "commit > tells the tables and columns that it made, and no others": session((own) => ({
    commitPackage: async (given, observe) => ({ ...(await own.commitPackage(given, observe)), appliedUpdate: {} }),
  })),
  "commit > tells of each job once, as begun and as done": tellsTwice,
  "commit > a package that may be in is not stored twice": knowsNoLoad,
  "commit > a package whose commit was not answered is only moved by the next run": knowsNoLoad,
  "commit > a file that cannot be read fails its job, which the error names, and the package does not count": plan((given) => ({
    ...given,
    jobs: given.jobs.filter(({ table }) => table !== "broken"),
  })),
  "commit > nothing of a package that was given up in the middle is visible, and it can be loaded afterwards": notAtomic,
  "commit > who reads while a table is replaced sees the old rows or the new ones": emptiesFirst,
  "commit > asks what is stored, and stores the plan that it gets for that": plan(({ reconcile: _, ...given }) => given),
  "commit > tables are dropped, and a missing one is passed over": plan((given) => ({ ...given, drop: [] })),
  "commit > two pipelines load into one dataset at the same moment": oneAtATime(),
  "state > the newest one is read back as it was stored, the earlier ones behind it": session((own) => ({
    readStates: async (name) => (await own.readStates(name)).toReversed(),
  })),
  "state > goes on on a machine that has only the destination": session(() => ({ readState: async () => undefined })),
  "state > what is kept beside it, since it would be too large, comes with it to another machine": session(() => ({
    readKeyedState: async () => new Map(),
  })),
  "state > so many versions stay as are asked for": plan(({ keepStateVersions: _, ...given }) => given),
  "state > the schema is read back as it was stored last": session((own) => ({
    readSchema: async (name) => {
      const stored = await own.readSchema(name);
      return stored && { ...stored, versionHash: "another" };
    },
  })),
  "sql > rows come whole or in batches, in the order that is asked for": session((own) => ({
    batches: async function* <R>(...asked: Parameters<LoadSession["batches"]>) {
      for await (const batch of own.batches<R>(...asked)) yield batch.slice(1);
    },
  })),
  "sql > integers that a number cannot hold are bigint, and all are when that is asked for": rows((row) => ({
    ...row,
    big: Number(row["big"]),
  })),
  "sql > a table that is not there is an UndefinedRelationError": session((own) => ({
    query: <R>(...asked: Parameters<LoadSession["query"]>) =>
      own.query<R>(...asked).catch((cause: unknown) => Promise.reject(new ConnectionError("It failed.", { destination: "rogue", cause }))),
  })),
  "sql > a transaction is committed, or rolled back when it throws": session((own) => ({ transaction: (work) => work(own) })),
};

/** Clauses of destinations without transactions. */
const folderRogues: Readonly<Record<string, (path: string) => Rogue>> = {
  "commit > a job that was stored stays done: the next attempt loads the others": (path) =>
    session((own) => ({
      commitPackage: (given, observe) => {
        rmSync(path, { recursive: true, force: true });
        return own.commitPackage(given, observe);
      },
    })),
  "commit > a job that is loaded again, since nobody knows that it was, is stored once": () => withNewNames,
};

/** Each attempt stores under names of its own. */
const withNewNames = session((own) => ({
  commitPackage(given, observe) {
    const original = new Map(given.jobs.map((job) => [`${process.hrtime.bigint()}.${job.jobId}`, job]));
    const renamed = (asked: PackagePlan): PackagePlan => ({ ...asked, jobs: [...original].map(([jobId, job]) => ({ ...job, jobId })) });
    const { reconcile } = given;
    return own.commitPackage(renamed(reconcile === undefined ? given : { ...given, reconcile: (heads) => renamed(reconcile(heads)) }), {
      started: (job) => observe?.started(original.get(job.jobId)!),
      completed: (job) => observe?.completed(original.get(job.jobId)!),
    });
  },
}));

/** What DuckDB does not have is done in another way, so that every clause concerns it. */
const replacesByAll: Rogue = inTurn(
  tables((table) =>
    table["x-replace-strategy"] === "staging-optimized" ? { ...table, "x-replace-strategy": "insert-from-staging" } : table,
  ),
  (destination) => ({ ...destination, capabilities: { ...destination.capabilities, replaceStrategies } }),
);
const honest: Rogue = (destination) => destination;

const onDuckDb = (rogue: Rogue): ConformanceOptions => ({
  open: () => rogue(replacesByAll(duckdb(":memory:") as DestinationContract)),
  unreachable: () => duckdb(":memory:"),
});

function onFolder(rogueAt: (path: string) => Rogue): ConformanceOptions {
  const path = tempDir();
  return {
    open: () => rogueAt(path)(folder(path) as DestinationContract),
    read: ({ datasetName, table }) => rowsOf(path, datasetName, table),
  };
}

describe("the conformance suite", () => {
  test("has a destination that breaks each clause", () => {
    expect([...Object.keys(rogues), ...Object.keys(folderRogues)].sort()).toEqual(conformanceCases.map(({ name }) => name).sort());
  });

  for (const [name, optionsOf] of [
    ...Object.entries(rogues).map(([name, rogue]) => [name, () => onDuckDb(rogue)] as const),
    ...Object.entries(folderRogues).map(([name, rogueAt]) => [name, () => onFolder(rogueAt)] as const),
  ])
    test(`finds the destination that breaks: ${name}`, async () => {
      const { results } = await checkConformance({ ...optionsOf(), only: [name] });
      expect(results).toMatchObject([{ name, outcome: "failed", error: expect.any(Error) }]);
    });

  test("finds nothing wrong with what DuckDB does in another way", async () => {
    const report = await checkConformance({ ...onDuckDb(honest), only: ["replace > staging-optimized"] });
    expect(report.results.map(({ outcome }) => outcome)).toEqual(report.results.map(() => "passed"));
  });
});
