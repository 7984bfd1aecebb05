import { ConfigError } from "../core/errors.ts";
import type { SchemaDocument } from "./document.ts";
import type { CustomNaming } from "./naming/custom-naming.ts";
import { customConvention, type NamingConvention, type NamingName, namingConvention, namingNames } from "./naming/naming-convention.ts";
import { relationalNormalizer } from "./new-schema.ts";

export interface SchemaNamingOptions {
  /** Of the destination, in code points. */
  readonly maxLength?: number | undefined;
  /** The convention that the pipeline was given, where it is none of leat's. */
  readonly custom?: CustomNaming | undefined;
  /** A convention that is not there is missed only when it is asked for a name. */
  readonly mayBeMissing?: boolean | undefined;
}

/**
 * The naming convention of a schema. Throws ConfigError for one that is not there, and for a schema whose documents something else than leat's normalizer is to
 * take apart.
 */
export function schemaNaming(
  schema: SchemaDocument,
  { maxLength, custom, mayBeMissing = false }: SchemaNamingOptions = {},
): NamingConvention {
  const { module } = schema.normalizers.json;
  if (module !== relationalNormalizer)
    throw new ConfigError(
      `Schema \`${schema.name}\` wants its documents taken apart by \`${module}\`, which leat does not have. It has \`${relationalNormalizer}\`.`,
    );
  const stored = schema.normalizers.names;
  const name = builtInNaming(stored);
  if (name !== undefined) return namingConvention(name, { maxLength });
  if (custom?.name === stored) return customConvention(custom, { maxLength });
  const missing = new ConfigError(
    `Schema \`${schema.name}\` uses the naming convention \`${stored}\`, which leat does not have. It has ${namingNames.join(", ")}; ` +
      "one of your own is given to pipeline() as `naming`, with all runs.",
  );
  if (!mayBeMissing) throw missing;
  const normalizeIdentifier = (): never => {
    throw missing;
  };
  return customConvention({ name: stored, normalizeIdentifier });
}

/** The convention of leat's that is stored under a name; undefined for others. dlt may store the path of the module; its last part is the name. */
export function builtInNaming(stored: string): NamingName | undefined {
  return namingNames.find((known) => known === stored.slice(stored.lastIndexOf(".") + 1));
}

/** True when both are stored for the same convention. */
export function isSameNaming(one: string, other: string): boolean {
  return (builtInNaming(one) ?? one) === (builtInNaming(other) ?? other);
}
