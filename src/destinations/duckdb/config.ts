import { parseDuckDbUrl } from "../../config/connection-string.ts";
import { type ConfigOf, type ConfigOverrides, type Field, field } from "../../config/field.ts";
import { withTextForm } from "../../config/text-form.ts";
import { stagingConfig } from "../../destination-kit/index.ts";
import type { DuckDbSettings } from "../../drivers/duckdb.ts";

type CredentialsSpec = { readonly database: Field<string | undefined>; readonly settings: Field<DuckDbSettings | undefined> };

/** `credentials` is also taken as one text: a path or a `duckdb:///` URL, whose query holds settings. */
export const duckDbConfig: { readonly credentials: CredentialsSpec; readonly createIndexes: Field<boolean> } & typeof stagingConfig = {
  credentials: withTextForm<CredentialsSpec>(
    {
      database: field.optional(
        field.text("Path of the database file, `:memory:`, or `:pipeline:` for a file in the pipeline's working folder.", {
          example: "chess.duckdb",
        }),
      ),
      settings: field.optional(field.given<DuckDbSettings>("Settings of DuckDB, as its `SET` takes them.")),
    },
    parseCredentials,
  ),
  ...stagingConfig,
  createIndexes: field.flag("Create the UNIQUE constraints that columns with the hint `unique` ask for.", { default: false }),
};

export type DuckDbConfig = ConfigOf<typeof duckDbConfig>;

export function parseCredentials(text: string): ConfigOverrides<CredentialsSpec> {
  const { driver, database, query } = parseDuckDbUrl(text);
  // MotherDuck's own form of a path: the driver refuses it. Without its query, which holds a token.
  if (driver === "md") return { database: `md:${database ?? ""}` };
  if (database !== undefined && /^(md|motherduck):/i.test(database)) return { database: database.replace(/\?.*$/s, "") };
  return { ...(database === undefined ? {} : { database }), ...(query === undefined ? {} : { settings: query }) };
}
