import { resolve } from "node:path";
import { ConfigError } from "../core/errors.ts";
import { type LocalPackage, readLocalPackages } from "../pipeline/local-packages.ts";
import { defaultPipelinesDir } from "../pipeline/working-dir.ts";
import { indented, jobLines, retriesText } from "./job-text.ts";
import type { LoadPackageCommandOptions } from "./load-package-options.ts";
import { loadTime } from "./load-time.ts";
import { print, printJson } from "./output.ts";
import { tableLines } from "./pipeline-text.ts";

const packageActions = ["info", "row-counts", "abort", "job", "fail-job"] as const;
type PackageAction = (typeof packageActions)[number];

/** Shows a load package, or does something with it. Default: the newest package, and to show it. */
export async function loadPackageCommand(name: string, words: readonly string[], options: LoadPackageCommandOptions): Promise<void> {
  const { loadId: given, action, job } = request(words);
  const pipelinesDir = resolve(options.pipelinesDir ?? defaultPipelinesDir(process.env));
  const packages = readLocalPackages(pipelinesDir, name);
  if (action === "row-counts") {
    const { packageRowCounts } = await import("./package-row-counts.ts");
    return await packageRowCounts({ name, pipelinesDir, loadId: given ?? newest(name, packages).loadId, packages }, options);
  }
  const found = given === undefined ? newest(name, packages) : packages.find(({ loadId }) => loadId === given);
  if (found === undefined) throw unknownPackage(name, given!, packages);
  switch (action) {
    case "info":
      return showPackage(found, options);
    case "job":
      return showJobs(found, wanted(job, "Which job? Give a part of its name: load-package LOAD_ID job PATTERN."), options);
    case "abort": {
      if (!isPending(found)) throw new ConfigError(`Package \`${found.loadId}\` does not wait: it is ${found.state}. Nothing was changed.`);
      const { abortPending } = await import("./abort-pending.ts");
      return await abortPending(name, { ...options, from: found.loadId });
    }
    case "fail-job": {
      const { failJobCommand } = await import("./fail-job.ts");
      const id = wanted(job, "Which job? Give its id or the name of its file: load-package LOAD_ID fail-job JOB.");
      return await failJobCommand({ name, pipelinesDir, found, job: id }, options);
    }
    default:
      return action satisfies never;
  }
}

interface PackageRequest {
  readonly loadId: string | undefined;
  readonly action: PackageAction;
  readonly job: string | undefined;
}

/** `[LOAD_ID] [ACTION] [JOB]`: a load id is a number, so it may be left out. */
function request(words: readonly string[]): PackageRequest {
  const [first, ...others] = words;
  const hasLoadId = first !== undefined && /^\d+(\.\d+)?$/.test(first);
  const [action = "info", job, ...more] = hasLoadId ? others : words;
  if (!(packageActions as readonly string[]).includes(action))
    throw new ConfigError(`There is no action \`${action}\` on a load package. There is ${packageActions.join(", ")}.`);
  const takesJob = action === "job" || action === "fail-job";
  const tooMany = takesJob ? more : [job, ...more].filter((word) => word !== undefined);
  if (tooMany.length > 0) throw new ConfigError(`What is \`${tooMany[0]}\`? \`${action}\` takes ${takesJob ? "one job" : "nothing more"}.`);
  return { loadId: hasLoadId ? first : undefined, action: action as PackageAction, job };
}

function wanted(job: string | undefined, question: string): string {
  if (job === undefined) throw new ConfigError(question);
  return job;
}

function isPending({ state }: LocalPackage): boolean {
  return state === "extracted" || state === "normalized";
}

function newest(name: string, packages: readonly LocalPackage[]): LocalPackage {
  const found = packages.findLast(isPending) ?? packages.at(-1);
  if (found === undefined) throw new ConfigError(`Pipeline \`${name}\` has no load packages here.`);
  return found;
}

function unknownPackage(name: string, loadId: string, packages: readonly LocalPackage[]): ConfigError {
  const known =
    packages.length === 0
      ? "There are none"
      : `The newest are ${packages
          .slice(-5)
          .map((each) => each.loadId)
          .join(", ")}`;
  return new ConfigError(`Pipeline \`${name}\` has no load package \`${loadId}\` here. ${known}.`);
}

function showPackage(found: LocalPackage, { json = false, verbose = 0 }: LoadPackageCommandOptions): void {
  const { failedAttempts: _, ...document } = found;
  if (json) printJson(document);
  else print(packageText(found, verbose));
}

const stateText: Record<LocalPackage["state"], string> = {
  extracted: "extracted: not normalized, not loaded yet",
  normalized: "normalized: not loaded yet",
  loaded: "loaded",
  aborted: "aborted: given up without being loaded",
};

function packageText(found: LocalPackage, verbose: number): string {
  const changed = Object.entries(found.schemaUpdate);
  return [
    `Package ${found.loadId} (${loadTime(found.loadId)}), schema ${found.schemaName}`,
    `  ${stateText[found.state]}`,
    `  ${found.path}`,
    "  jobs",
    ...(found.jobs.length === 0 ? ["    none"] : jobLines(found.jobs, { withPaths: verbose > 0 })),
    "  new tables and columns",
    ...(changed.length === 0
      ? ["    none"]
      : changed.flatMap(([name, table]) => (verbose > 0 ? tableLines({ ...table, name }) : [`    ${name}`]))),
  ].join("\n");
}

function showJobs(found: LocalPackage, pattern: string, { json = false }: LoadPackageCommandOptions): void {
  const jobs = found.jobs.filter((job) => job.jobId.includes(pattern) || job.path?.includes(pattern) === true);
  if (jobs.length === 0) throw new ConfigError(`No job of package \`${found.loadId}\` has \`${pattern}\` in its name.`);
  const { loadId, state, failedAttempts } = found;
  if (json) printJson({ loadId, jobs: jobs.map((job) => ({ ...job, failedAttempts: failedAttempts[job.jobId] ?? [] })) });
  else
    print(
      [
        `Package ${loadId}, ${state}`,
        ...jobs.flatMap((job) => [...jobLines([job], { withPaths: true }), ...attemptLines(found, job.jobId)]),
      ].join("\n"),
    );
}

function attemptLines({ failedAttempts }: LocalPackage, jobId: string): string[] {
  return (failedAttempts[jobId] ?? []).flatMap(({ attempt, isTerminal, message }) => [
    `      ${attempt === 0 ? "first attempt" : retriesText(attempt)}, ${isTerminal ? "not tried again" : "something passing"}:`,
    ...indented(message).map((line) => `  ${line}`),
  ]);
}
