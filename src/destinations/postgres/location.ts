import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { durationMs } from "../../core/duration.ts";
import { ConfigError } from "../../core/errors.ts";
import type { PostgresLocation } from "../../drivers/postgres.ts";
import { type PostgresTls, type SslMode, sslModes } from "../../drivers/postgres-tls.ts";
import type { PostgresConfig } from "./config.ts";

/** Where the database is and how to get there. Throws ConfigError. */
export async function postgresLocation(config: PostgresConfig, cwd: string): Promise<PostgresLocation> {
  const { credentials, statementTimeout, lockTimeout } = config;
  const { connectTimeout, query = {}, ...place } = credentials;
  refuseUnknown(query);
  return {
    ...place,
    tls: await tlsOf(query, cwd),
    connectTimeoutMs: connectTimeoutMs(connectTimeout),
    applicationName: query["application_name"],
    options: query["options"],
    isChannelBound: ["prefer", "require"].includes(query["channel_binding"] ?? ""),
    statementTimeoutMs: statementTimeout && durationMs(statementTimeout),
    lockTimeoutMs: lockTimeout && durationMs(lockTimeout),
  };
}

const takenSettings = ["sslmode", "sslrootcert", "sslcert", "sslkey", "application_name", "options", "channel_binding"];
/** Of libpq, and without a meaning here. */
const idleSettings = /^(?:keepalives|tcp_user_timeout|client_encoding|fallback_application_name|gss|krb|target_session_attrs$)/;

function refuseUnknown(query: Readonly<Record<string, string>>): void {
  const unknown = Object.keys(query).find((name) => !takenSettings.includes(name) && !idleSettings.test(name));
  if (unknown === undefined) return;
  throw new ConfigError(`A Postgres URL has no setting \`${unknown}\` here. There is connect_timeout, ${takenSettings.join(", ")}.`);
}

async function tlsOf(query: Readonly<Record<string, string>>, cwd: string): Promise<PostgresTls> {
  const { sslmode: mode, sslrootcert: root, sslcert, sslkey } = query;
  if (mode !== undefined && !(sslModes as readonly string[]).includes(mode)) {
    throw new ConfigError(`\`sslmode=${mode}\` is no mode of encryption. There is ${sslModes.join(", ")}.`);
  }
  const fileText = (setting: string, path: string | undefined) =>
    path === undefined ? undefined : certificate(setting, resolve(cwd, path));
  return {
    // The authorities that Node knows.
    ...(root === "system" ? { mode: "verify-full" } : { mode: mode as SslMode | undefined, ca: await fileText("sslrootcert", root) }),
    cert: await fileText("sslcert", sslcert),
    key: await fileText("sslkey", sslkey),
  };
}

async function certificate(setting: string, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new ConfigError(`\`${setting}\` names \`${path}\`, which cannot be read. Name a PEM file.`, { cause: error });
  }
}

/** A number alone is seconds, as in a URL. */
function connectTimeoutMs(text: string): number {
  return durationMs(/^\d+(?:\.\d+)?$/.test(text) ? `${text}s` : text);
}
