import type { DataType } from "../data-type.ts";
import type { ColumnSchema } from "../document.ts";

/** A column in generated TypeScript. */
export interface TypedColumn {
  readonly name: string;
  /** One, unless several schemas do not agree. */
  readonly types: readonly string[];
  readonly isNullable: boolean;
  readonly about: string | undefined;
}

/** A column with the type that its values have when a row is read back. */
export function typedColumn(column: ColumnSchema): TypedColumn {
  const { name, data_type: dataType, nullable, description } = column;
  const about = [dataType === "json" ? "JSON as text." : "", typeof description === "string" ? description : ""].filter(
    (text) => text !== "",
  );
  return { name, types: [readType(column)], isNullable: nullable !== false, about: about.length === 0 ? undefined : about.join(" ") };
}

/** The lines of a property, its comment in front. */
export function propertyLines({ name, types, isNullable, about }: TypedColumn, indent: string): string[] {
  const line = `${indent}${propertyName(name)}: ${[...types, ...(isNullable ? ["null"] : [])].join(" | ")};`;
  return [...(about === undefined ? [] : [`${indent}${docComment(about)}`]), line];
}

/** The name of the type of a column's values, without null. */
export function readType({ data_type: type, timezone }: ColumnSchema & { readonly timezone?: unknown }): string {
  return type === "timestamp" && timezone === false ? "PlainDateTime" : readTypes[type!];
}

const readTypes: { readonly [type in DataType]: string } = {
  text: "string",
  double: "number",
  bool: "boolean",
  timestamp: "Timestamp",
  bigint: "number",
  binary: "Uint8Array",
  // No integer in it may be rounded.
  json: "string",
  decimal: "Decimal",
  wei: "Decimal",
  date: "PlainDate",
  time: "PlainTime",
};

const ofLeat = ["Decimal", "PlainDate", "PlainDateTime", "PlainTime", "Timestamp"];

/** Names that generated code uses itself. */
export const takenNames: ReadonlySet<string> = new Set([...Object.values(readTypes), ...ofLeat]);

/** The types among these that leat exports, in order. */
export function importedTypes(types: Iterable<string>): readonly string[] {
  const used = new Set(types);
  return ofLeat.filter((type) => used.has(type));
}

export function propertyName(name: string): string {
  return /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(name) ? name : JSON.stringify(name);
}

export function docComment(text: string): string {
  return `/** ${text.replaceAll("*/", "* /").replaceAll(/\s*[\r\n]+\s*/g, " ")} */`;
}
