import type { DataType } from "./data-type.ts";
import type { SchemaDocument, SchemaSettings } from "./document.ts";
import { type NameTest, nameTest } from "./name-pattern.ts";

/** The hints that a new column gets for its name, in the order of the settings; `not_null` among them. */
export function defaultHints(schema: SchemaDocument, column: string): string[] {
  return compiled(schema.settings)
    .hints.filter(([, matches]) => matches(column))
    .map(([hint]) => hint);
}

/** The data type that the schema prefers for columns of this name, whatever their first value is. */
export function preferredType(schema: SchemaDocument, column: string): DataType | undefined {
  return compiled(schema.settings).types.find(([, matches]) => matches(column))?.[0];
}

interface CompiledSettings {
  readonly hints: readonly [hint: string, matches: NameTest][];
  readonly types: readonly [type: DataType, matches: NameTest][];
}

const known = new WeakMap<SchemaSettings, CompiledSettings>();

function compiled(settings: SchemaSettings): CompiledSettings {
  const hit = known.get(settings);
  if (hit !== undefined) return hit;
  const made = compile(settings);
  known.set(settings, made);
  return made;
}

function compile({ default_hints = {}, preferred_types = {} }: SchemaSettings): CompiledSettings {
  return {
    hints: Object.entries(default_hints).map(([hint, names]) => [hint, nameTest(names)]),
    types: Object.entries(preferred_types).map(([name, type]) => [type, nameTest([name])]),
  };
}
