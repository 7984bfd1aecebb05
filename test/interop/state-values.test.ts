import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { encodeJson } from "../../src/core/json.ts";
import { Decimal, PlainDate, PlainDateTime, PlainTime, Timestamp } from "../../src/index.ts";
import { WorkingCopy } from "../../src/state/working-copy.ts";
import { leatPipeline, loadWithLeat } from "./leat.ts";
import type { Case, Place } from "./plan.ts";
import { databaseKinds, postgresDatabases } from "./postgres-databases.ts";
import { type DltReport, loadWithDlt } from "./python.ts";
import { makePlace, newFolder } from "./side-by-side.ts";

/** What leat puts into the state, and what Python's `repr` says of it. */
const values: readonly (readonly [name: string, value: unknown, python: string])[] = [
  ["millis", new Date("2024-01-02T03:04:05.120Z"), "datetime.datetime(2024, 1, 2, 3, 4, 5, 120000, tzinfo=datetime.timezone.utc)"],
  ["micros", Timestamp.from("2024-01-02T03:04:05.123456Z"), "datetime.datetime(2024, 1, 2, 3, 4, 5, 123456, tzinfo=datetime.timezone.utc)"],
  [
    "offset",
    Timestamp.from("2024-01-02T03:04:05.5+02:00"),
    "datetime.datetime(2024, 1, 2, 3, 4, 5, 500000, tzinfo=datetime.timezone(datetime.timedelta(seconds=7200)))",
  ],
  ["local", PlainDateTime.from("2024-01-02T03:04:05"), "datetime.datetime(2024, 1, 2, 3, 4, 5)"],
  ["day", PlainDate.from("2024-02-29"), "datetime.date(2024, 2, 29)"],
  ["time", PlainTime.from("03:04:05.000006"), "datetime.time(3, 4, 5, 6)"],
  ["decimal", new Decimal("1.10"), "Decimal('1.1')"],
  ["longDecimal", new Decimal("12345678901234567890.123456789"), "Decimal('12345678901234567890.123456789')"],
  ["bytes", new Uint8Array([0, 255, 128]), "b'\\x00\\xff\\x80'"],
  ["uuid", "0f8fad5b-d9cb-469f-a165-70867728950e", "'0f8fad5b-d9cb-469f-a165-70867728950e'"],
  ["integer", 9007199254740991, "9007199254740991"],
  ["bigint", 9223372036854775807n, "9223372036854775807"],
  ["float", 0.1, "0.1"],
  ["small", 1e-6, "1e-06"],
  ["boolean", true, "True"],
  ["nothing", null, "None"],
  ["notANumber", Number.NaN, "None"],
  ["unicode", 'zażółć 😀 \u2028 "quoted"', "'zażółć 😀 \\u2028 \"quoted\"'"],
  ["list", [1, "a", [new Date(0)], {}], "[1, 'a', [datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)], {}]"],
  ['ключ "7"', { inner: 1 }, "1"],
];

const written = Object.fromEntries(values.map(([name, value]) => [name, value]));
const writes: Case = { name: "writes", runs: [{ source: "shared", resources: [{ name: "docs", rows: [{ id: 1 }], state: written }] }] };
/** Goes on, and leaves what is in the state as it is. */
const touches: Case = { name: "touches", runs: [{ source: "shared", resources: [{ name: "docs", rows: [{ id: 2 }], countsRuns: true }] }] };
const restores: Case = { name: "restores", runs: [] };

/** What dlt puts into the state, in Python, and what leat reads. */
const pythonValues: readonly (readonly [name: string, python: string, value: unknown])[] = [
  ["utc", "datetime(2024, 1, 2, 3, 4, 5, 123456, tzinfo=timezone.utc)", Timestamp.from("2024-01-02T03:04:05.123456Z")],
  ["pendulum", "pendulum.datetime(2024, 1, 2, tz='Europe/Warsaw')", Timestamp.from("2024-01-02T00:00:00+01:00")],
  ["naive", "datetime(2024, 1, 2, 3, 4, 5)", PlainDateTime.from("2024-01-02T03:04:05")],
  ["day", "date(2024, 2, 29)", PlainDate.from("2024-02-29")],
  ["time", "time(3, 4, 5, 6)", PlainTime.from("03:04:05.000006")],
  ["decimal", "Decimal('1.10')", new Decimal("1.1")],
  ["bytes", "bytes([0, 255])", new Uint8Array([0, 255])],
  ["uuid", "UUID('0f8fad5b-d9cb-469f-a165-70867728950e')", "0f8fad5b-d9cb-469f-a165-70867728950e"],
  ["integer", "2**63 - 1", 9223372036854775807n],
  ["whole", "2.0", 2],
  ["nested", "{'list': [{'a': (1, 2)}], '7': None, 'zażółć': '😀'}", { list: [{ a: [1, 2] }], 7: null, zażółć: "😀" }],
];
const pythonState = Object.fromEntries(pythonValues.map(([name, python]) => [name, python]));
const pythonWrites: Case = {
  name: "python writes",
  runs: [{ source: "shared", resources: [{ name: "docs", rows: [{ id: 1 }], pythonState }] }],
};

const expected = Object.fromEntries(
  values.map(([name, , python]) => [`shared.resources.docs.${name}${name.startsWith("ключ") ? ".inner" : ""}`, python]),
);

describe.each(databaseKinds)("values of the state on %s", (kind) => {
  const folder = newFolder();
  const newDatabase = postgresDatabases();
  const machine = async (): Promise<Place> => {
    const place = makePlace(join(folder, `machine-${Math.random()}`));
    return kind === "postgres" ? { ...place, database: await newDatabase() } : place;
  };
  const clean = (place: Place): Place => ({ ...place, pipelinesDir: join(folder, `clean-${Math.random()}`) });
  const withDlt = async (...turns: { readonly case: Case; readonly place: Place }[]): Promise<DltReport[]> => {
    const reports = await loadWithDlt(turns, folder);
    expect(reports.map(({ error }) => error).filter((error) => error !== null)).toEqual([]);
    return reports;
  };
  let place: Place;
  let reports: { readonly [machine in "same" | "clean" | "goneOn"]: DltReport };
  let byLeat: { readonly hash: string | undefined };

  beforeAll(async () => {
    place = await machine();
    await loadWithLeat(writes, place);
    byLeat = { hash: leatPipeline(place).state._version_hash };
    const [restored, same] = await withDlt({ case: restores, place: clean(place) }, { case: restores, place });
    const [goneOn] = await withDlt({ case: touches, place });
    reports = { clean: restored!, same: same!, goneOn: goneOn! };
  }, 300_000);

  test("S9 what leat writes into state dlt reads as the same values, from the local file and from the destination", () => {
    expect(reports.same.values).toEqual(expected);
    expect(reports.clean.values).toEqual(expected);
  });

  test("S21 the hash of a state that leat wrote is the one that dlt computes", () => {
    expect([...new Set([...reports.same.hashes, ...reports.clean.hashes, byLeat.hash])]).toHaveLength(1);
    expect(new Set(reports.goneOn.hashes)).not.toContain(byLeat.hash);
    expect(new Set(reports.goneOn.hashes).size).toBe(1);
  });

  test("S9 values that dlt carried on come back to leat as they were, from the local file and from the destination", async () => {
    const restored = clean(place);
    await loadWithLeat(restores, restored);
    for (const one of [place, restored]) {
      const { state } = leatPipeline(one);
      expect(state._version_hash).toBe(reports.goneOn.hashes[0]);
      const docs = state.sources?.["shared"]?.resources?.["docs"];
      expect(docs).toEqual({
        ...written,
        millis: Timestamp.from("2024-01-02T03:04:05.120Z"),
        decimal: new Decimal("1.1"),
        notANumber: null,
        list: [1, "a", [Timestamp.from("1970-01-01T00:00:00Z")], {}],
        runs: 1,
      });
      expect(docs?.["micros"]).toBeInstanceOf(Timestamp);
      expect(docs?.["day"]).toBeInstanceOf(PlainDate);
      expect(docs?.["time"]).toBeInstanceOf(PlainTime);
      expect(docs?.["local"]).toBeInstanceOf(PlainDateTime);
      expect(encodeJson(docs?.["offset"], { typed: true })).toContain("03:04:05.500000+02:00");
    }
  });

  test("S21 leat restores what dlt stored, dlt what leat stored, and after every turn both hashes are right", async () => {
    const turns: { readonly tool: "dlt" | "leat"; readonly hash: string | undefined }[] = [];
    for (const tool of ["leat", "dlt", "leat", "dlt"] as const) {
      const own = clean(place);
      if (tool === "leat") {
        await loadWithLeat(touches, own);
        turns.push({ tool, hash: leatPipeline(own).state._version_hash });
      } else {
        const [report] = await withDlt({ case: touches, place: own });
        expect(new Set(report!.hashes).size).toBe(1);
        turns.push({ tool, hash: report!.hashes[0] });
      }
    }
    const [last] = await withDlt({ case: restores, place: clean(place) });
    expect(last!.values).toEqual({ ...expected, "shared.resources.docs.runs": "5" });
    expect(last!.hashes[0]).toBe(turns.at(-1)!.hash);
    expect(new Set(turns.map(({ hash }) => hash)).size).toBe(turns.length);
  });

  test("S9 what Python writes into state leat reads as the same values, and dlt finds them unchanged after a turn of leat", async () => {
    const own = await machine();
    const [before] = await withDlt({ case: pythonWrites, place: own });
    const restored = clean(own);
    await loadWithLeat(restores, restored);
    const read = Object.fromEntries(pythonValues.map(([name, , value]) => [name, value]));
    for (const one of [own, restored]) {
      const { state } = leatPipeline(one);
      expect(new WorkingCopy(state.sources?.["shared"]?.resources?.["docs"] ?? {}).state).toEqual(read);
      expect(state._version_hash).toBe(before!.hashes[0]);
    }
    await loadWithLeat(touches, restored);
    const [after] = await withDlt({ case: restores, place: clean(own) });
    expect(after!.values).toEqual({
      ...before!.values,
      "shared.resources.docs.uuid": "'0f8fad5b-d9cb-469f-a165-70867728950e'",
      "shared.resources.docs.runs": "1",
    });
    expect(new Set(after!.hashes).size).toBe(1);
  });
});
