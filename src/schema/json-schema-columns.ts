import type { DataType } from "./data-type.ts";
import type { ColumnHints } from "./hint-options.ts";

/** What a row schema says about one column. */
export interface RowColumn {
  /** Keys from the row down to the value; more than one where an object is taken apart. */
  readonly path: readonly string[];
  readonly hints: ColumnHints;
}

/** True where an object or a list is to be taken apart. Elsewhere it stays together, as JSON. */
export type TakesApart = (path: readonly string[]) => boolean;

/** The columns that a JSON Schema of rows describes. A value whose type it leaves open gives none: rows decide about it. */
export function jsonSchemaColumns(document: unknown, takesApart: TakesApart): readonly RowColumn[] {
  const root = document as JsonSchema;
  const scope: Scope = { root, takesApart };
  const shapes = shapesOf(root, scope);
  if (shapes.length > 0 && shapes.every((shape) => shape.type === "object")) return objectColumns(shapes, [], false, scope);
  // A row that is no object becomes one with a single member.
  return columnsOf({ path: ["value"], schema: root, isRequired: true }, false, scope);
}

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly description?: string;
  readonly maxLength?: number;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: { readonly [key: string]: JsonSchema };
  readonly required?: readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly $ref?: string;
}

interface Scope {
  readonly root: JsonSchema;
  readonly takesApart: TakesApart;
}

/** One way a value may look. */
interface Shape {
  /** A JSON type; undefined when the schema leaves it open. */
  readonly type: string | undefined;
  readonly schema: JsonSchema;
}

interface Member {
  readonly path: readonly string[];
  readonly schema: JsonSchema;
  readonly isRequired: boolean;
}

/** The columns that all shapes of an object have: rows of a union are of one shape each. */
function objectColumns(shapes: readonly Shape[], path: readonly string[], isNullable: boolean, scope: Scope): readonly RowColumn[] {
  const [first, ...others] = shapes.map((shape) => shape.schema);
  const keys = Object.keys(first?.properties ?? {}).filter((key) => others.every((other) => Object.hasOwn(other.properties ?? {}, key)));
  return keys.flatMap((key) => {
    const all = shapes.map((shape) => shape.schema);
    const schemas = all.map((schema) => schema.properties![key]!);
    const isRequired = all.every((schema) => schema.required?.includes(key) === true);
    const schema = schemas.length === 1 ? schemas[0]! : { anyOf: schemas };
    return columnsOf({ path: [...path, key], schema, isRequired }, isNullable, scope);
  });
}

function columnsOf({ path, schema, isRequired }: Member, isOuterNullable: boolean, scope: Scope): readonly RowColumn[] {
  const shapes = shapesOf(schema, scope);
  const present = shapes.filter((shape) => shape.type !== "null");
  const nullable = isOuterNullable || !isRequired || present.length < shapes.length;
  const isNested = present.length > 0 && present.every((shape) => shape.type === "object" || shape.type === "array");
  if (isNested && scope.takesApart(path)) {
    return present.every((shape) => shape.type === "object") ? objectColumns(present, path, nullable, scope) : [];
  }
  const dataType = commonType(present.map(dataTypeOf));
  const description = schema.description ?? (present.length === 1 ? present[0]!.schema.description : undefined);
  const described = description === undefined ? {} : { description };
  // Without a type a value may go to a column of its own, and this one has none then.
  if (dataType === undefined) return description === undefined ? [] : [{ path, hints: described }];
  return [{ path, hints: { dataType, nullable, ...precisionOf(dataType, present), ...described } }];
}

function precisionOf(dataType: DataType, shapes: readonly Shape[]): { readonly precision?: number } {
  const maxLength = shapes.length === 1 ? shapes[0]!.schema.maxLength : undefined;
  return dataType === "text" && maxLength !== undefined && maxLength > 0 ? { precision: maxLength } : {};
}

/** One type for all, or none. */
function commonType(types: readonly (DataType | undefined)[]): DataType | undefined {
  const distinct = new Set(types);
  if (distinct.size === 1) return types[0];
  return distinct.size === 2 && distinct.has("bigint") && distinct.has("double") ? "double" : undefined;
}

function dataTypeOf({ type, schema }: Shape): DataType | undefined {
  switch (type) {
    case "string":
      return textTypes.get(schema.format ?? "") ?? "text";
    case "integer":
      return "bigint";
    case "number":
      return "double";
    case "boolean":
      return "bool";
    case "object":
    case "array":
      return "json";
    default:
      return undefined;
  }
}

const textTypes: ReadonlyMap<string, DataType> = new Map([
  ["date-time", "timestamp"],
  ["date", "date"],
  ["time", "time"],
]);

/** Schemas may refer to each other in circles. */
const maxReferences = 64;

/** All ways a value may look, without unions, references and lists of types. */
function shapesOf(schema: JsonSchema | boolean | undefined, scope: Scope, references = 0): readonly Shape[] {
  if (typeof schema !== "object" || schema === null) return [{ type: undefined, schema: {} }];
  if (schema.$ref !== undefined) {
    if (references >= maxReferences) return [{ type: undefined, schema: {} }];
    return shapesOf(referred(schema.$ref, scope.root), scope, references + 1);
  }
  const members = schema.anyOf ?? schema.oneOf;
  if (members !== undefined) return members.flatMap((member) => shapesOf(member, scope, references + 1));
  if (schema.allOf !== undefined) return intersection(schema, schema.allOf, scope, references);
  if ("const" in schema) return [valueShape(schema.const, schema)];
  if (schema.enum !== undefined) return schema.enum.map((value) => valueShape(value, schema));
  if (Array.isArray(schema.type)) return schema.type.map((type: string) => ({ type, schema }));
  return [{ type: (schema.type as string | undefined) ?? (schema.properties === undefined ? undefined : "object"), schema }];
}

/** The shape that all parts describe together; parts that are unions leave it open. */
function intersection(schema: JsonSchema, parts: readonly JsonSchema[], scope: Scope, references: number): readonly Shape[] {
  const { allOf: _, ...own } = schema;
  const found = parts.map((part) => shapesOf(part, scope, references + 1));
  if (found.some((shapes) => shapes.length !== 1)) return [{ type: undefined, schema: own }];
  const all = [...found.map((shapes) => shapes[0]!), ...shapesOf(own, scope, references + 1)];
  const types = new Set(all.map((shape) => shape.type).filter((type) => type !== undefined));
  if (types.size > 1) return [{ type: undefined, schema: own }];
  const merged = Object.assign({}, ...all.map((shape) => shape.schema), {
    properties: Object.assign({}, ...all.map((shape) => shape.schema.properties)),
    required: all.flatMap((shape) => shape.schema.required ?? []),
  }) as JsonSchema;
  return [{ type: [...types][0], schema: merged }];
}

/** A value that is given literally tells its type better than the `type` beside it: 3 is an integer. */
function valueShape(value: unknown, schema: JsonSchema): Shape {
  if (value === null) return { type: "null", schema };
  if (typeof value === "number") return { type: Number.isInteger(value) ? "integer" : "number", schema };
  return { type: Array.isArray(value) ? "array" : typeof value, schema };
}

/** A reference within the document: `#`, `#/$defs/name`. */
function referred(reference: string, root: JsonSchema): JsonSchema | undefined {
  const [start, ...keys] = reference.split("/");
  if (start !== "#") return undefined;
  let found: unknown = root;
  for (const key of keys) {
    if (typeof found !== "object" || found === null) return undefined;
    found = (found as Record<string, unknown>)[decodeURIComponent(key).replaceAll("~1", "/").replaceAll("~0", "~")];
  }
  return found as JsonSchema | undefined;
}
