import { type ConfigOf, type ConfigOverrides, type Field, field } from "../../config/field.ts";
import { withTextForm } from "../../config/text-form.ts";
import type { Duration } from "../../core/duration.ts";
import { ConfigError } from "../../core/errors.ts";
import { stagingConfig } from "../../destination-kit/index.ts";

type CredentialsSpec = { readonly database: Field<string | undefined> };
type SqliteSpec = {
  readonly credentials: CredentialsSpec;
  readonly busyTimeout: Field<Duration>;
  readonly createIndexes: Field<boolean>;
} & typeof stagingConfig;

/** `credentials` is also taken as one text: a path or a `sqlite:///` URL. */
export const sqliteConfig: SqliteSpec = {
  credentials: withTextForm<CredentialsSpec>(
    {
      database: field.optional(
        field.text("Path that the files of the datasets are named after, or `:pipeline:` for files in the pipeline's working folder.", {
          example: "shop.db",
        }),
      ),
    },
    parseCredentials,
  ),
  busyTimeout: field.duration("How long to wait while somebody else writes the file.", { default: "30s" }),
  ...stagingConfig,
  createIndexes: field.flag("Create the UNIQUE constraints that columns with the hint `unique` ask for.", { default: false }),
};

export type SqliteConfig = ConfigOf<SqliteSpec>;

/** `shop.db`, `sqlite:///relative/shop.db`, `sqlite:////absolute/shop.db`; also `sqlite+driver:///`, as SQLAlchemy has it. Throws ConfigError. */
export function parseCredentials(text: string): ConfigOverrides<CredentialsSpec> {
  if (text.trim() === "") throw new ConfigError("The path of the SQLite database is empty. Write `path/to/file.db`.");
  if (!/^\w[\w+]*:\/\//.test(text)) return { database: text };
  const { path, query } = /^sqlite(?:\+\w+)?:\/\/(?:\/(?<path>[^?]*))?(?:\?(?<query>.*))?$/i.exec(text)?.groups ?? {};
  if (path === undefined || path === "" || (query ?? "") !== "")
    throw new ConfigError(
      "This is no SQLite URL. Write `sqlite:///relative/path.db` (three slashes) or `sqlite:////absolute/path.db`, without settings behind it.",
    );
  return { database: path };
}
