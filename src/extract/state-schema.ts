import { ConfigError, LeatError } from "../core/errors.ts";
import type { SchemaIssue, StandardSchema } from "../core/standard-schema.ts";
import { cloneState, isContainer } from "../state/clone.ts";
import { InvalidStateError } from "../state/errors.ts";
import { pathText, type StatePath } from "../state/path.ts";
import { ResourceFailedError } from "./errors.ts";
import type { Loose } from "./rows.ts";

/** A slot of the state, with the schema that its owner declares for it. */
export interface SchemaSlot {
  readonly schema: StandardSchema;
  readonly source: string;
  /** Undefined for what the resources of the source share. */
  readonly resource: string | undefined;
  /** For the commands in messages; undefined without a pipeline. */
  readonly pipelineName: string | undefined;
}

/** Before any row was asked for, or when all are written. */
type Moment = "read" | "written";

/** Throws ConfigError for what is no Standard Schema. */
export function checkStateSchema(owner: string, schema: unknown): void {
  const standard = (schema as Partial<StandardSchema> | null | undefined)?.["~standard"];
  if (typeof standard?.validate === "function") return;
  throw new ConfigError(`The stateSchema of ${owner} has to be a Standard Schema, as those of zod, valibot and arktype are.`);
}

/** What the schema makes of the user's part of a slot: checked, with defaults, the user's to change. Throws InvalidStateError when it does not fit. */
export async function checkedState(slot: SchemaSlot, state: Readonly<Loose>, moment: Moment): Promise<Loose> {
  const result = await validated(slot, userPart(slot, state));
  if (result.issues !== undefined) throw invalid(slot, result.issues, moment);
  const { value } = result;
  if (typeof value === "object" && value !== null && !Array.isArray(value) && isContainer(value)) {
    // A schema may give the same default every time, or a frozen one.
    return userPart(slot, cloneState(value as Loose));
  }
  throw new ConfigError(`The stateSchema of ${ownerOf(slot)} does not give a plain object, which state is. Wrap it in one.`);
}

/** Puts what a schema gave into a slot, in place of what the user had there. */
export function fillSlot(slot: SchemaSlot, state: Loose, filled: Readonly<Loose>): void {
  for (const key of Object.keys(userPart(slot, state))) delete state[key];
  for (const [key, value] of Object.entries(filled)) {
    Object.defineProperty(state, key, { value, enumerable: true, writable: true, configurable: true });
  }
}

/** A slot without what leat and dlt keep in it: a schema would not know it, and may leave out what it does not know. */
function userPart({ resource }: SchemaSlot, state: Readonly<Loose>): Loose {
  const { [resource === undefined ? "resources" : "incremental"]: _, ...part } = state;
  return part;
}

async function validated(slot: SchemaSlot, value: unknown): Promise<Awaited<ReturnType<StandardSchema["~standard"]["validate"]>>> {
  try {
    return await slot.schema["~standard"].validate(value);
  } catch (error) {
    if (LeatError.is(error)) throw error;
    throw new ResourceFailedError({ resource: slot.resource ?? "(stateSchema of the source)", sourceName: slot.source, cause: error });
  }
}

function invalid(slot: SchemaSlot, issues: readonly SchemaIssue[], moment: Moment): InvalidStateError {
  const found = issues.map((issue) => ({ path: placeOf(slot, issue), message: issue.message }));
  const path = pathText(found[0]?.path ?? slotPath(slot));
  const problems = found.map((one) => `\`${pathText(one.path)}\`: ${one.message}`).join("; ");
  const message =
    moment === "read"
      ? `The stored state of ${ownerOf(slot)} does not fit its stateSchema. ${problems}. Nothing was extracted and nothing was changed. ${repair(slot, found[0]?.path ?? slotPath(slot))}`
      : `The state of ${ownerOf(slot)} does not fit its stateSchema after this run. ${problems}. Nothing of this extract was kept, neither rows nor state. ` +
        "Mend the code that writes it, or the schema: it has to take what it gives, since the next run reads that by it.";
  return new InvalidStateError(message, { path });
}

function repair({ source, pipelineName = "NAME" }: SchemaSlot, path: StatePath): string {
  const inSource = pathText(path.slice(2));
  const drop =
    path.length > 2
      ? `drop it (leat pipeline ${pipelineName} drop --schema ${source} --state-paths '${inSource}'), `
      : `drop it (in the state of source \`${source}\`), `;
  return `Set the value (leat state set ${pipelineName} '${pathText(path)}' VALUE), ${drop}or let the schema take it.`;
}

function placeOf(slot: SchemaSlot, { path = [] }: SchemaIssue): StatePath {
  const steps = path.map((step) => (typeof step === "object" ? step.key : step));
  return [...slotPath(slot), ...steps.map((step) => (typeof step === "symbol" ? String(step) : step))];
}

function slotPath({ source, resource }: SchemaSlot): StatePath {
  return resource === undefined ? ["sources", source] : ["sources", source, "resources", resource];
}

function ownerOf({ source, resource }: SchemaSlot): string {
  return resource === undefined ? `source \`${source}\`` : `resource \`${resource}\` of source \`${source}\``;
}
