import type { Duration } from "../core/duration.ts";
import type { StandardSchema } from "../core/standard-schema.ts";
import {
  readCount,
  readDuration,
  readFlag,
  readJson,
  readList,
  readNumber,
  readOneOf,
  readText,
  readTimestamp,
  type ValueReader,
} from "./parse-value.ts";
import type { ConfigSpec, Field } from "./spec.ts";

export type { ConfigOf, ConfigOverrides, ConfigSpec, Field } from "./spec.ts";

/** What may be said about a setting besides its type. */
export interface FieldOptions<T> {
  /** The value where nobody gives one. Without it a missing value is a ConfigError. */
  readonly default?: T;
  /** How a value looks, for messages and for people. */
  readonly example?: string;
}

/** The kinds of settings. Each is declared with one sentence for people. */
export const field: {
  /** A text. */
  text(doc: string, options?: FieldOptions<string>): Field<string>;
  /** Prints as `*****`; never read from config.toml. */
  secret(doc: string, options?: { readonly example?: string }): Field<string>;
  /** A finite number. */
  number(doc: string, options?: FieldOptions<number>): Field<number>;
  /** An integer of 0 or more. */
  count(doc: string, options?: FieldOptions<number>): Field<number>;
  /** True or false; in the environment also `yes`, `no`, `1`, `0`. */
  flag(doc: string, options?: FieldOptions<boolean>): Field<boolean>;
  /** A moment: ISO 8601, in UTC where it has no offset. A date is its midnight. */
  timestamp(doc: string, options?: FieldOptions<Date>): Field<Date>;
  /** A time with its unit, such as `"25s"` or `"10m"`. */
  duration(doc: string, options?: FieldOptions<Duration>): Field<Duration>;
  /** One of these texts. */
  oneOf<const T extends string>(doc: string, values: readonly T[], options?: FieldOptions<NoInfer<T>>): Field<T>;
  /** Texts; outside of the code as a list of TOML or JSON. */
  list(doc: string, options?: FieldOptions<readonly string[]>): Field<readonly string[]>;
  /** A value that the schema checks; outside of the code as JSON or a TOML table. */
  json<T>(doc: string, options: FieldOptions<NoInfer<T>> & { readonly schema: StandardSchema<T> }): Field<T>;
  /** Given in code only, any value: a client, a function, a table of names. */
  given<T>(doc: string, options?: FieldOptions<NoInfer<T>>): Field<T>;
  /** May be missing; then `undefined`. */
  optional<T>(field: Field<T>): Field<T | undefined>;
} = Object.freeze({
  text: (doc: string, options?: FieldOptions<string>) => define("text", doc, options, { readFound: readText }),
  secret: (doc: string, options?: { readonly example?: string }) => define("secret", doc, options, { readFound: readText, isSecret: true }),
  number: (doc: string, options?: FieldOptions<number>) => define("number", doc, options, { readFound: readNumber }),
  count: (doc: string, options?: FieldOptions<number>) => define("count", doc, options, { readFound: readCount }),
  flag: (doc: string, options?: FieldOptions<boolean>) => define("flag", doc, options, { readFound: readFlag }),
  timestamp: (doc: string, options?: FieldOptions<Date>) => define("timestamp", doc, options, { readFound: readTimestamp }),
  duration: (doc: string, options?: FieldOptions<Duration>) => define("duration", doc, options, { readFound: readDuration }),
  oneOf: <const T extends string>(doc: string, values: readonly T[], options?: FieldOptions<NoInfer<T>>) =>
    define<T>("one-of", doc, options, { readFound: readOneOf(values) }),
  list: (doc: string, options?: FieldOptions<readonly string[]>) => define("list", doc, options, { readFound: readList }),
  json: <T>(doc: string, options: FieldOptions<NoInfer<T>> & { readonly schema: StandardSchema<T> }) =>
    define<T>("json", doc, options, { readFound: readJson(options.schema), readGiven: asGiven, takesTables: true }),
  given: <T>(doc: string, options?: FieldOptions<NoInfer<T>>) =>
    define<T>("given", doc, options, { readFound: undefined, readGiven: asGiven }),
  optional: <T>(inner: Field<T>): Field<T | undefined> => Object.freeze({ ...definitionOf(inner), isOptional: true }),
});

/** What stands behind a `Field`. */
export interface FieldDefinition<out T = unknown> extends Field<T> {
  readonly isOptional: boolean;
  readonly default: T | undefined;
  readonly example: string | undefined;
  /** Reads what a provider holds; undefined when the value can only be given in code. */
  readonly readFound: ValueReader<T> | undefined;
  /** Checks a value given in code. */
  readonly readGiven: ValueReader<T>;
  /** A TOML table is a value of this setting; for all others it is a section that happens to have its name. */
  readonly takesTables: boolean;
}

export function isField(entry: Field<unknown> | ConfigSpec): entry is Field<unknown> {
  return marker in entry;
}

export function definitionOf<T>(field: Field<T>): FieldDefinition<T> {
  return field as FieldDefinition<T>;
}

/** Known to every copy of the package; a group may have settings named `kind` and `doc`. */
const marker: unique symbol = Symbol.for("leat.field") as never;

/** What differs between the kinds. */
interface FieldRules<T> {
  readonly readFound: ValueReader<T> | undefined;
  readonly readGiven?: ValueReader<T>;
  readonly isSecret?: boolean;
  readonly takesTables?: boolean;
}

function define<T>(kind: string, doc: string, options: FieldOptions<NoInfer<T>> | undefined, rules: FieldRules<T>): FieldDefinition<T> {
  const { readFound, isSecret = false, takesTables = false } = rules;
  const readGiven = rules.readGiven ?? readFound ?? asGiven;
  const definition: FieldDefinition<T> = {
    kind,
    doc,
    isSecret,
    isOptional: false,
    default: options?.default,
    example: options?.example,
    readFound,
    readGiven: readGiven as ValueReader<T>,
    takesTables,
  };
  return Object.freeze(Object.assign(definition, { [marker]: true }));
}

/** Values that leat cannot judge: typed in the caller's code, and a schema with transforms would transform them twice. */
function asGiven<T>(value: unknown): { readonly value: T } {
  return { value: value as T };
}
