import { ConfigError } from "../core/errors.ts";
import type { SchemaIssue, SchemaResult, StandardSchema } from "../core/standard-schema.ts";
import { isArrowData } from "../formats/arrow/arrow-data.ts";
import type { SchemaContract } from "../schema/hint-options.ts";
import type { Sink } from "./arrivals.ts";
import type { ResourceDefinition } from "./definition.ts";
import { RowInvalidError } from "./errors.ts";
import type { GraphNode } from "./graph.ts";
import { forEachSlice } from "./in-order.ts";
import { mapLimited } from "./limiter.ts";
import type { Mark } from "./marked.ts";
import type { NodeEnvironment } from "./node-environment.ts";
import { isPromise } from "./rows.ts";
import type { UserCode } from "./user-code.ts";

/** What becomes of a row that does not fit: the run fails, the row is left out, or it goes in as it came. */
export type ValidationMode = "freeze" | "discard_row" | "evolve";

/** What a contract means for the rows of a schema (as for dlt's models). Throws ConfigError for `discard_value` of data types. */
export function validationMode(resource: string, contract: SchemaContract | undefined): ValidationMode {
  const { columns, dataType } = typeof contract === "string" ? { columns: contract, dataType: contract } : (contract ?? {});
  if (dataType === "discard_value") {
    throw new ConfigError(
      `Resource \`${resource}\` has a schema, and a schemaContract that discards values of a wrong type: a schema says that a row does not fit, ` +
        `not what is left of it. Take { dataType: "discard_row" } or { dataType: "freeze" }, or let the schema replace such values.`,
    );
  }
  if (columns === "discard_row" || dataType === "discard_row") return "discard_row";
  return dataType === "evolve" ? "evolve" : "freeze";
}

function arrowNotChecked(resource: string): ConfigError {
  return new ConfigError(
    `Resource \`${resource}\` has a row schema and gives Arrow tables: their rows are not checked one by one. Leave the schema out and declare \`columns\`, or yield rows.`,
  );
}

type Result = SchemaResult<unknown>;

/** The last step of a resource with a row schema: replaces each row by what the schema makes of it. Synchronous until the schema is not. */
export class RowValidator {
  readonly #node: GraphNode;
  readonly #definition: ResourceDefinition;
  readonly #validate: (row: unknown) => Result | Promise<Result>;
  readonly #code: UserCode;
  readonly #environment: NodeEnvironment;
  readonly #write: Sink;
  #mode: ValidationMode;
  #seen = 0;

  /** `write` gets the rows that fit. */
  constructor(node: GraphNode, schema: StandardSchema, code: UserCode, environment: NodeEnvironment, write: Sink) {
    const standard = schema["~standard"];
    const { definition } = node;
    this.#node = node;
    this.#definition = definition;
    this.#validate = (row) => standard.validate(row);
    this.#code = code;
    this.#environment = environment;
    this.#write = write;
    this.#mode = validationMode(definition.name, definition.hints.schemaContract);
  }

  take(rows: readonly unknown[], mark: Mark | undefined): void | Promise<void> {
    const contract = mark?.hints?.schemaContract;
    // As other hints of a mark, it holds from here on.
    if (contract !== undefined) this.#mode = validationMode(this.#definition.name, contract);
    if (rows.length === 0) return this.#write(rows, mark);
    return forEachSlice(rows, (slice) => this.#slice(slice, mark), this.#environment.breathe);
  }

  #slice(rows: readonly unknown[], mark: Mark | undefined): void | Promise<void> {
    const { limiter } = this.#environment;
    if (rows.some(isArrowData)) throw arrowNotChecked(this.#definition.name);
    const results = this.#code.run(() => mapLimited(rows, limiter, this.#validate));
    if (!isPromise(results)) return this.#write(this.#fitting(rows, results as Result[], mark), mark);
    return this.#code.failing(results as Promise<Result[]>).then((settled) => this.#write(this.#fitting(rows, settled, mark), mark));
  }

  #fitting(rows: readonly unknown[], results: readonly Result[], mark: Mark | undefined): unknown[] {
    const fitting: unknown[] = [];
    for (let i = 0; i < results.length; i += 1) {
      const result = results[i]!;
      if (result.issues === undefined) fitting.push(result.value);
      else if (this.#mode === "evolve") fitting.push(rows[i]);
      else this.#refuse(result.issues, mark);
      this.#seen += 1;
    }
    return fitting;
  }

  /** Throws, or leaves the row out. */
  #refuse(issues: readonly SchemaIssue[], mark: Mark | undefined): void {
    const { name, hints } = this.#definition;
    const problems = problemsOf(issues);
    if (this.#mode === "freeze") throw new RowInvalidError({ resource: name, rowIndex: this.#seen, path: placeOf(issues[0]), problems });
    const tableOf = mark?.tableName ?? hints.tableName ?? name;
    // A function that names tables takes rows that fit.
    const table = typeof tableOf === "string" ? tableOf : name;
    // Without the number of the row, so that rows which fail alike are told of once.
    this.#environment.rowDiscarded?.(this.#node, { table, reason: `it does not fit the schema of resource \`${name}\`: ${problems}` });
  }
}

/** Messages name at most so many problems of a row. */
const maxProblems = 3;

function problemsOf(issues: readonly SchemaIssue[]): string {
  const told = issues.slice(0, maxProblems).map((issue) => `\`${placeOf(issue)}\`: ${issue.message}`);
  const others = issues.length - told.length;
  return `${told.join("; ")}${others > 0 ? `; and ${others} more` : ""}`;
}

/** `$` is the row itself. */
function placeOf(issue: SchemaIssue | undefined): string {
  let place = "$";
  for (const step of issue?.path ?? []) {
    const key = typeof step === "object" ? step.key : step;
    if (typeof key === "number") place += `[${key}]`;
    else place += /^[A-Za-z_$][\w$]*$/.test(String(key)) ? `.${String(key)}` : `[${JSON.stringify(String(key))}]`;
  }
  return place;
}
