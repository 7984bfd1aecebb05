import { afterEach, describe, expect, test, vi } from "vitest";
import { shredCounts } from "../../src/normalize/kernel/shred-unit.ts";
import { dispositionCases } from "./pipelines/dispositions.ts";
import { documentCases } from "./pipelines/documents.ts";
import { evolutionCases } from "./pipelines/evolution.ts";
import { mergeCases } from "./pipelines/merging.ts";
import { everywhere, type PipelineCase } from "./pipelines/pipeline-case.ts";
import { canJoin, joined } from "./pipelines/together.ts";
import { typeCases } from "./pipelines/types.ts";
import { differencesOf, type LocalKind, sideBySide } from "./side-by-side.ts";

// Before leat is loaded: its kernel takes raw files as small as these.
vi.hoisted(() => {
  process.env["LEAT_KERNEL_MIN_BYTES"] = "0";
});

/** Part of the names of those to run, each alone. */
const wanted = process.env["LEAT_TEST_CASES"];
const isFull = process.env["LEAT_TEST_FULL"] === "1" || wanted !== undefined;

afterEach(() => void vi.unstubAllEnvs());

const all: readonly PipelineCase[] = [...documentCases, ...typeCases, ...evolutionCases, ...dispositionCases, ...mergeCases];

describe.each(everywhere)("the same pipelines give the tables that dlt makes, on %s", (kind) => {
  const cases = casesOn(kind);
  const load = sideBySide(cases, [kind]);

  const runs = cases.flatMap((one) => pathsOn(kind).map((path) => ({ one, name: one.name, path })));

  test.for(runs)("$name, by the $path", async ({ one, path }) => {
    vi.stubEnv("NORMALIZE__KERNEL", String(path === "kernel"));
    const before = shredCounts.rows;
    const compared = await load(one, kind, path);
    if (one === cases[0] && !isFull) expect(shredCounts.rows > before).toBe(path === "kernel");
    const found = differencesOf(compared);
    const refused = [compared.dlt, compared.leat].map((outcome) => "refused" in outcome);
    const difference = one.differs?.find(({ on }) => on.includes(kind));
    if (difference === undefined) {
      expect(found).toEqual([]);
      const isRefused = one.refusedOn?.includes(kind) ?? false;
      expect(refused).toEqual([isRefused, isRefused]);
      return;
    }
    expect(found, "there is no difference any more").not.toEqual([]);
    expect(found.filter((line) => !(difference.only ?? /^(refused|snapshot): dlt/).test(line))).toEqual([]);
    expect(refused).toEqual([difference.refusedBy === "dlt", difference.refusedBy === "leat"]);
  });
});

/** The two ways of rows through normalize. Job files of SQLite are never of the kernel. */
function pathsOn(kind: LocalKind): readonly ("kernel" | "reference")[] {
  return kind === "sqlite" ? ["reference"] : ["kernel", "reference"];
}

/** dlt takes its time for each run, so most are one pipeline, unless all is to be tested. Those that must be alone are on DuckDB. */
function casesOn(kind: LocalKind): readonly PipelineCase[] {
  const concerned = all.filter((one) => kind === "duckdb" || one.isAboutDocuments !== true || isFull);
  if (isFull) return concerned.filter(({ name }) => new RegExp(wanted ?? "").test(name));
  const isSpecial = ({ refusedOn = [], differs = [] }: PipelineCase): boolean =>
    refusedOn.includes(kind) || differs.some(({ on }) => on.includes(kind));
  const join = concerned.filter((one) => canJoin(one) && !isSpecial(one));
  const alone = concerned.filter((one) => isSpecial(one) || (!canJoin(one) && (kind === "duckdb" || one.replaceStrategy !== undefined)));
  return [joined(join), ...alone];
}
