import type { StandardSchema } from "../core/standard-schema.ts";

/** What a library says about the values that its schema gives; undefined when it has no JSON Schema for them. */
export function jsonSchemaOf(schema: StandardSchema): { readonly document: unknown } | { readonly problem: unknown } | undefined {
  const { jsonSchema, vendor } = schema["~standard"] as WithJsonSchema;
  if (typeof jsonSchema?.output !== "function") return undefined;
  const libraryOptions = optionsOf[vendor];
  try {
    return { document: jsonSchema.output({ target: "draft-2020-12", ...(libraryOptions === undefined ? {} : { libraryOptions }) }) };
  } catch (problem) {
    return { problem };
  }
}

/** Standard JSON Schema, an addition to Standard Schema. */
interface WithJsonSchema {
  readonly vendor: string;
  readonly jsonSchema?: {
    readonly output: (options: { readonly target: string; readonly libraryOptions?: object }) => unknown;
  };
}

const date = { type: "string", format: "date-time" } as const;

/**
 * JSON Schema has no dates and no large integers, and libraries refuse a schema with them unless they are told otherwise, each in its own way.
 * Here a date is a `date-time`, and what has no form stays open. Nothing of the libraries is imported: these are plain objects.
 */
const optionsOf: Readonly<Record<string, object>> = {
  zod: {
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }: ZodOverride): void => {
      if (zodSchema._zod.def.type === "date") Object.assign(jsonSchema, date);
      if (zodSchema._zod.def.type === "bigint" && zodSchema._zod.def.format === "int64") Object.assign(jsonSchema, { type: "integer" });
    },
  },
  valibot: {
    errorMode: "ignore",
    overrideSchema: ({ valibotSchema }: { readonly valibotSchema: { readonly type: string } }) =>
      valibotSchema.type === "date" ? date : undefined,
    // Without this the type of what goes in would stay.
    overrideAction: ({ valibotAction }: { readonly valibotAction: { readonly type: string } }) => transformed[valibotAction.type],
  },
  arktype: {
    fallback: {
      default: ({ base }: { readonly base: object }) => base,
      date: ({ base }: { readonly base: object }) => ({ ...base, ...date }),
    },
  },
};

/** What the actions of valibot give that change the type of a value; empty where nobody knows. */
const transformed: Readonly<Record<string, object>> = {
  transform: {},
  raw_transform: {},
  parse_json: {},
  reduce_items: {},
  find_item: {},
  to_bigint: {},
  to_date: date,
  to_number: { type: "number" },
  to_string: { type: "string" },
  stringify_json: { type: "string" },
  to_boolean: { type: "boolean" },
};

interface ZodOverride {
  readonly zodSchema: { readonly _zod: { readonly def: { readonly type: string; readonly format?: string } } };
  readonly jsonSchema: object;
}
