import { parsePostgresUrl, postgresDefaults } from "../../config/connection-string.ts";
import { type ConfigOf, type ConfigOverrides, type Field, field } from "../../config/field.ts";
import { withTextForm } from "../../config/text-form.ts";
import type { Duration } from "../../core/duration.ts";
import { stagingConfig } from "../../destination-kit/index.ts";

type CredentialsSpec = {
  readonly database: Field<string>;
  readonly username: Field<string | undefined>;
  readonly password: Field<string | undefined>;
  readonly host: Field<string>;
  readonly port: Field<number>;
  readonly connectTimeout: Field<string>;
  readonly query: Field<Readonly<Record<string, string>> | undefined>;
};

type PostgresSpec = {
  readonly credentials: CredentialsSpec;
  readonly statementTimeout: Field<Duration | undefined>;
  readonly lockTimeout: Field<Duration | undefined>;
  readonly createIndexes: Field<boolean>;
} & typeof stagingConfig;

/** `credentials` is also taken as one text: a `postgresql://` URL, whose query holds settings such as `sslmode`. */
export const postgresConfig: PostgresSpec = {
  credentials: withTextForm<CredentialsSpec>(
    {
      database: field.text("Name of the database.", { example: "warehouse" }),
      username: field.optional(field.text("Name of the user; without it the user of this process.", { example: "loader" })),
      password: field.optional(field.secret("Password of the user.")),
      host: field.text("Name or address of the server, or the folder of its socket.", { default: "localhost", example: "db.example.com" }),
      port: field.count("Port of the server.", { default: postgresDefaults.port }),
      connectTimeout: field.text("How long to wait for a connection: seconds, or a text such as `500ms`.", {
        default: String(postgresDefaults.connectTimeoutSeconds),
      }),
      query: field.optional(field.given<Readonly<Record<string, string>>>("Settings of the connection, as the query of its URL has them.")),
    },
    parseCredentials,
  ),
  statementTimeout: field.optional(field.duration("How long a statement may take.", { example: "10m" })),
  lockTimeout: field.optional(field.duration("How long to wait for the locks of others.", { example: "1m" })),
  ...stagingConfig,
  createIndexes: field.flag("Create the UNIQUE constraints that columns with the hint `unique` ask for, as `_dlt_id`.", { default: true }),
};

export type PostgresConfig = ConfigOf<PostgresSpec>;

export function parseCredentials(text: string): ConfigOverrides<CredentialsSpec> {
  const { driver: _, query, ...parts } = parsePostgresUrl(text);
  const { connect_timeout: connectTimeout, ...settings } = query;
  return {
    ...parts,
    ...(connectTimeout === undefined ? {} : { connectTimeout }),
    ...(Object.keys(settings).length === 0 ? {} : { query: settings }),
  };
}
