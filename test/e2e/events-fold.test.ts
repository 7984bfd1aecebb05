import fc from "fast-check";
import { expect, test } from "vitest";
import { type LoadJobInfo, type LoadPackageInfo, type PipelineEvent, type RunInfo, resource, type SchemaUpdate } from "../../src/index.ts";
import { machine } from "./local-pipeline.ts";

/** What can be known of a run from its events alone, but for the info that the last one carries. */
interface Report {
  loadIds: string[];
  readonly items: Map<string, number>;
  readonly normalizedRows: Map<string, number>;
  readonly loadedRows: Map<string, number>;
  readonly jobs: Map<string, LoadJobInfo>;
  readonly packages: Map<string, LoadPackageInfo>;
  readonly updates: Map<string, SchemaUpdate>;
  readonly committed: string[];
  failures: number;
}

function fold(events: readonly PipelineEvent[]): Report {
  const report: Report = {
    loadIds: [],
    items: new Map(),
    normalizedRows: new Map(),
    loadedRows: new Map(),
    jobs: new Map(),
    packages: new Map(),
    updates: new Map(),
    committed: [],
    failures: 0,
  };
  for (const event of events) {
    switch (event.type) {
      case "resource-progress":
        if (event.isDone) report.items.set(event.resource, (report.items.get(event.resource) ?? 0) + event.items);
        break;
      case "step-completed":
        if (event.info === undefined) break;
        if ("schemaUpdates" in event.info) add(report.normalizedRows, event.info.rowCounts);
        if (!("packages" in event.info)) break;
        add(report.loadedRows, event.info.rowCounts);
        for (const one of event.info.packages) report.packages.set(one.loadId, one);
        break;
      case "schema-changed":
        expect(report.updates.has(event.loadId)).toBe(false);
        report.updates.set(event.loadId, event.update);
        break;
      case "job-completed":
        expect(report.jobs.has(event.job.jobId)).toBe(false);
        report.jobs.set(event.job.jobId, event.job);
        break;
      case "package-committed":
        report.committed.push(event.loadId);
        break;
      case "run-failed":
        report.failures += 1;
        break;
      default:
    }
  }
  report.loadIds = [...report.packages.keys()];
  return report;
}

function add(to: Map<string, number>, rowCounts: { readonly [table: string]: number }): void {
  for (const [table, rows] of Object.entries(rowCounts)) to.set(table, (to.get(table) ?? 0) + rows);
}

const document = fc.record({
  id: fc.nat(),
  name: fc.option(fc.string(), { nil: undefined }),
  lines: fc.array(fc.record({ n: fc.nat() }), { maxLength: 3 }),
});
const feeds = fc.dictionary(fc.constantFrom("users", "orders", "visits"), fc.array(document, { maxLength: 8 }), { minKeys: 1 });

test("the events of a run fold to its report", { timeout: 120_000 }, async () => {
  const m = machine();
  await fc.assert(
    fc.asyncProperty(feeds, fc.boolean(), async (rows, leavesPending) => {
      const events: PipelineEvent[] = [];
      if (leavesPending) await m.pipeline().extract([{ id: 1 }], { tableName: "waiting" });
      const p = m.pipeline({ onEvent: (event) => void events.push(event) });
      const info = await p.run(Object.entries(rows).map(([name, items]) => resource(name, items)));
      expectSame(fold(events), info);
      expect(Object.fromEntries(fold(events).items)).toEqual(
        Object.fromEntries(Object.entries(rows).map(([name, items]) => [name, items.length])),
      );
    }),
    { numRuns: 6 },
  );
});

function expectSame(report: Report, info: RunInfo): void {
  expect(report.loadIds).toEqual(info.loadIds);
  expect(report.committed).toEqual(info.loadIds);
  expect(Object.fromEntries(report.loadedRows)).toEqual(info.rowCounts);
  expect(Object.fromEntries(report.normalizedRows)).toMatchObject(info.rowCounts);
  expect([...report.packages.values()]).toEqual(info.packages);
  const jobs = info.packages.flatMap((one) => one.jobs);
  expect([...report.jobs.keys()].toSorted()).toEqual(jobs.map(({ jobId }) => jobId).toSorted());
  expect(sum([...report.jobs.values()])).toBe(sum(jobs));
  for (const [loadId, update] of report.updates) {
    const steps = info.trace.steps.flatMap((step) =>
      step.info !== undefined && "schemaUpdates" in step.info ? [step.info.schemaUpdates] : [],
    );
    expect(steps.map((updates) => updates[loadId]).find((known) => known !== undefined)).toEqual(update);
  }
}

function sum(jobs: readonly LoadJobInfo[]): number {
  return jobs.reduce((total, { bytes }) => total + bytes, 0);
}

test("rows of a resource are rows of its table where nothing is nested", async () => {
  const events: PipelineEvent[] = [];
  const p = machine().pipeline({ onEvent: (event) => void events.push(event) });
  const info = await p.run([resource("a", [{ id: 1 }, { id: 2 }]), resource("b", [{ id: 1 }])]);
  const { items, loadedRows } = fold(events);
  for (const [name, rows] of items) expect([loadedRows.get(name), info.rowCounts[name]]).toEqual([rows, rows]);
  const extract = info.trace.steps.find(({ step }) => step === "extract")!.info!;
  expect(extract).toMatchObject({ resources: { a: { items: 2 }, b: { items: 1 } }, tables: { a: { items: 2 }, b: { items: 1 } } });
});
