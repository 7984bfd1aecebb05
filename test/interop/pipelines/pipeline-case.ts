import { type Case, docsRuns, type ResourceRows, type Run } from "../plan.ts";
import type { LocalKind } from "../side-by-side.ts";

/** A pipeline that both tools run, on each kind of database. */
export interface PipelineCase extends Case {
  /** Where neither tool can do it. */
  readonly refusedOn?: readonly LocalKind[];
  /** What has nothing to do with the database: on others than DuckDB only when everything is tested. */
  readonly isAboutDocuments?: boolean;
  /** Where leat does something else on purpose. */
  readonly differs?: readonly DifferenceOn[];
}

export interface DifferenceOn {
  readonly on: readonly LocalKind[];
  readonly reason: string;
  /** Who does not load it. */
  readonly refusedBy?: "dlt" | "leat";
  /** When both load it: what every difference begins with. */
  readonly only?: RegExp;
}

export type Hints = NonNullable<ResourceRows["hints"]>;

export const everywhere: readonly LocalKind[] = ["duckdb", "postgres", "sqlite"];

/** What SQLite has no types for. */
export const onSqliteOnly: readonly DifferenceOn[] = [
  {
    on: ["sqlite"],
    reason:
      "decimals of more digits than SQLite's numbers have are rounded by dlt, and kept as their digits by leat, which rounds to the scale of the column, too; " +
      "leat tells timestamps without zone apart by the type TIMESTAMP; JSON is the same, with escapes by Python",
    only: /^snapshot\.(tables\.docs\[\]: dlt "(local|seconds) DATETIME", leat "(local|seconds) TIMESTAMP"|documents\.docs\[\](\.below\[\])?\.((amount|wide): dlt "1\.23456789\d*e|price: dlt "1\.255", leat "1\.26"|list: dlt .*\\u00e9))/,
  },
];

/** The names of cases are keys with underscores. */
export function namedCases(cases: { readonly [name: string]: readonly Run[] | Omit<PipelineCase, "name"> }): readonly PipelineCase[] {
  return Object.entries(cases).map(([name, one]) => ({
    name: name.replaceAll("_", " "),
    ...("runs" in one ? one : { runs: one as readonly Run[] }),
  }));
}

/** Runs of one resource `docs` whose hints depend on the run. */
export function docsRunsBy(hints: (run: number) => Hints, ...batches: readonly (readonly unknown[])[]): readonly Run[] {
  return batches.flatMap((rows, run) => docsRuns(hints(run), rows));
}

/** The same with values of types that JSON does not have. */
export function typedRuns(hints: Hints, ...batches: readonly (readonly unknown[])[]): readonly Run[] {
  return docsRuns(hints, ...batches).map((run) => ({
    ...run,
    resources: run.resources.map((resource) => ({ ...resource, isTyped: true })),
  }));
}
