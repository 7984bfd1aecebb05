import { type Field, field } from "../config/field.ts";
import type { Capabilities } from "../destination-kit/capabilities.ts";
import type { BuildEnvironment } from "../extract/build-source.ts";
import type { SourceHints } from "../schema/hint-options.ts";
import { type NewNamingName, newNamingNames } from "../schema/naming/naming-convention.ts";
import type { StepHost } from "./step-host.ts";

const sourceConfig: { readonly maxTableNesting: Field<number | undefined> } = {
  maxTableNesting: field.optional(field.count("So many levels of nested tables; what is deeper stays together as JSON. Default no limit.")),
};

/** What a source says for all its tables, and what an operator says where it says nothing. A destination that has no nested tables decides for all. Throws ConfigError. */
export async function configuredHints(
  hints: SourceHints,
  sections: readonly string[],
  { config }: Pick<BuildEnvironment, "config">,
  { maxTableNesting: deepest }: Pick<Capabilities, "maxTableNesting"> = {},
): Promise<SourceHints> {
  if (deepest !== undefined) return { ...hints, maxTableNesting: deepest };
  if (hints.maxTableNesting !== undefined) return hints;
  const { maxTableNesting } = await config(sourceConfig, { overrides: {}, sections });
  return maxTableNesting === undefined ? hints : { ...hints, maxTableNesting };
}

const namingConfig: { readonly schema: { readonly naming: Field<NewNamingName | undefined> } } = {
  schema: {
    naming: field.optional(
      field.oneOf("How names become names of tables and columns, in new schemas; default `snake_case`.", newNamingNames),
    ),
  },
};

/** The name of the naming convention of a new schema: what the code says, else `[sources.<schema>.schema] naming`, else `[schema] naming`, else what the destination prefers. Throws ConfigError. */
export async function newSchemaNaming(
  schemaName: string,
  { askedNaming, config, destination }: Pick<StepHost, "askedNaming" | "config" | "destination">,
): Promise<string> {
  if (askedNaming !== undefined) return askedNaming;
  const { schema } = await config(namingConfig, { overrides: {}, sections: ["sources", schemaName] });
  return schema.naming ?? destination.capabilities.namingConvention ?? "snake_case";
}
