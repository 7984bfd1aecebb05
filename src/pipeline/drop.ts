import { ConfigError } from "../core/errors.ts";
import { checkOptions } from "../extract/definition.ts";
import { commitOrGiveUp } from "./commit-or-give-up.ts";
import { type DropPlan, type DropRequest, planDrop, schemaToDrop } from "./drop-plan.ts";
import { refusePending } from "./edit-state.ts";
import type { StepHost } from "./step-host.ts";
import { extractCommandsStep, syncStep } from "./steps.ts";

/** What is dropped, and of which schema. */
export interface DropOptions {
  /** All tables and resource states of the schema. */
  readonly dropAll?: boolean;
  /** JSON paths in the state of the source: `archives`, `shared.y`, `resources.users.seen[0]`; `*` is all that it keeps besides the states of its resources. */
  readonly statePaths?: string | readonly string[];
  /** Tables stay. */
  readonly stateOnly?: boolean;
  /** The schema, which is that of the source of this name. Default the default schema. */
  readonly schema?: string;
  /** Only says what would be dropped. Default false. */
  readonly dryRun?: boolean;
}

/** What was dropped, or would be. */
export interface DropInfo {
  /** The schema that the tables belong to. */
  readonly schemaName: string;
  /** Nested ones before their parents. */
  readonly tables: readonly string[];
  /** Those that lose tables or state. */
  readonly resources: readonly string[];
  /** Where the values were, from the sources on. */
  readonly statePaths: readonly string[];
  /** True: nothing was dropped. */
  readonly isDryRun: boolean;
}

/** The arguments of `drop()` in one. Throws ConfigError. */
export function dropOptions(
  first: string | readonly string[] | DropOptions,
  second: DropOptions | undefined,
): DropOptions & { readonly resources: readonly string[] } {
  const areNames = typeof first === "string" || Array.isArray(first);
  const resources = areNames ? listOf(first as string | readonly string[]) : [];
  const options = areNames ? (second ?? {}) : (first as DropOptions);
  checkOptions("drop()", options, ["dropAll", "statePaths", "stateOnly", "schema", "dryRun"]);
  const texts: readonly unknown[] = [...resources, ...listOf(options.statePaths)];
  if (!texts.every((text) => typeof text === "string" && text !== ""))
    throw new ConfigError("drop() takes resources and state paths as texts that are not empty.");
  return { ...options, resources };
}

/**
 * Drops tables and state, and commits that as a package of its own, so that a crash leaves what the next run finishes. Takes state and schemas from the
 * destination first, also for a dry run. Where nothing is asked for nothing is written; what is asked for and matches nothing is a warning.
 */
export async function drop(host: StepHost, options: DropOptions & { readonly resources: readonly string[] }): Promise<DropInfo> {
  refusePending(host);
  // A misspelled path must not leave an empty database behind.
  await syncStep({ ...host, open: (options) => host.open({ ...options, mustExist: true }) });
  const { local, pipeline, context } = host;
  const state = local.readState() ?? host.newState();
  const schema = schemaToDrop(local.readSchemas(), options.schema ?? state.default_schema_name, pipeline.name);
  const request = requestOf(options);
  const plan = planDrop(schema, state, request);
  for (const message of plan.warnings) context.emit({ type: "warning", code: "nothing-matched", message });
  if (options.dryRun !== true && isAsked(request)) await commit(host, plan);
  const { tables, resources, statePaths } = plan;
  return { schemaName: schema.name, tables, resources, statePaths, isDryRun: options.dryRun ?? false };
}

function requestOf({
  resources,
  dropAll = false,
  statePaths,
  stateOnly = false,
}: DropOptions & { readonly resources: readonly string[] }): DropRequest {
  return { resources, dropAll, statePaths: listOf(statePaths), stateOnly };
}

function isAsked({ resources, dropAll, statePaths }: DropRequest): boolean {
  return dropAll || resources.length > 0 || statePaths.length > 0;
}

async function commit(host: StepHost, { state, schema, commands }: DropPlan): Promise<void> {
  await extractCommandsStep(host, state, { schema, commands });
  await commitOrGiveUp(host, "drop");
}

function listOf(texts: string | readonly string[] | undefined): readonly string[] {
  return texts === undefined ? [] : typeof texts === "string" ? [texts] : texts;
}
