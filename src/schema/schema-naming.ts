import { ConfigError } from "../core/errors.ts";
import type { SchemaDocument } from "./document.ts";
import { type NamingConvention, namingConvention, namingNames } from "./naming/naming-convention.ts";
import { relationalNormalizer } from "./new-schema.ts";

/**
 * The naming convention of a schema, for a destination that takes names of at most `maxLength` code points. Throws ConfigError for an unknown one, and for a
 * schema whose documents something else than leat's normalizer is to take apart.
 */
export function schemaNaming(schema: SchemaDocument, maxLength?: number): NamingConvention {
  const { module } = schema.normalizers.json;
  if (module !== relationalNormalizer)
    throw new ConfigError(
      `Schema \`${schema.name}\` wants its documents taken apart by \`${module}\`, which leat does not have. It has \`${relationalNormalizer}\`.`,
    );
  const stored = schema.normalizers.names;
  // dlt may store the path of the module; its last part is the name.
  const name = namingNames.find((known) => known === stored.slice(stored.lastIndexOf(".") + 1));
  if (name !== undefined) return namingConvention(name, { maxLength });
  throw new ConfigError(
    `Schema \`${schema.name}\` uses the naming convention \`${stored}\`, which leat does not have. It has ${namingNames.join(", ")}.`,
  );
}
