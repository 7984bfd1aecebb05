import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { durationMs } from "../../core/duration.ts";
import { ConfigError } from "../../core/errors.ts";
import type { PostgresLocation } from "../../drivers/postgres.ts";
import { type ChannelBinding, channelBindings, type PostgresTls, type SslMode, sslModes } from "../../drivers/postgres-tls.ts";
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
    channelBinding: channelBindingOf(query["channel_binding"]),
    statementTimeoutMs: statementTimeout && durationMs(statementTimeout),
    lockTimeoutMs: lockTimeout && durationMs(lockTimeout),
  };
}

const takenSettings = ["sslmode", "sslrootcert", "sslcert", "sslkey", "application_name", "options", "channel_binding"];
/** Of libpq, and kept without doing anything: connections are watched, texts are UTF-8, and what cannot be written to is told. */
const idleSettings: Readonly<Record<string, RegExp>> = {
  keepalives: /^1$/,
  keepalives_idle: /^\d+$/,
  keepalives_interval: /^\d+$/,
  keepalives_count: /^\d+$/,
  tcp_user_timeout: /^\d+$/,
  client_encoding: /^(?:utf-?8|auto)$/i,
  fallback_application_name: /^/,
  gssencmode: /^(?:disable|prefer)$/,
  krbsrvname: /^/,
  target_session_attrs: /^(?:any|read-write|primary)$/,
};

function refuseUnknown(query: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(query)) {
    if (takenSettings.includes(name) || (Object.hasOwn(idleSettings, name) && idleSettings[name]!.test(value))) continue;
    const what = Object.hasOwn(idleSettings, name) ? `\`${name}=${value}\`` : `setting \`${name}\``;
    throw new ConfigError(`A Postgres URL has no ${what} here. There is connect_timeout, ${takenSettings.join(", ")}.`);
  }
}

function channelBindingOf(text: string | undefined): ChannelBinding | undefined {
  if (text === undefined || (channelBindings as readonly string[]).includes(text)) return text as ChannelBinding | undefined;
  throw new ConfigError(`\`channel_binding=${text}\` is not known. There is ${channelBindings.join(", ")}.`);
}

/** Files that cannot be used are told before anybody is asked. Throws ConfigError. */
export async function checkTls(tls: PostgresTls): Promise<PostgresTls> {
  const { ca, cert, key } = tls;
  if ((cert === undefined) !== (key === undefined)) {
    const [given, missing] = cert === undefined ? ["sslkey", "sslcert"] : ["sslcert", "sslkey"];
    throw new ConfigError(`There is \`${given}\` without \`${missing}\`. Name both: the certificate of the client, and its private key.`);
  }
  if (ca !== undefined && !isCertificate(ca))
    throw new ConfigError("What `sslrootcert` or `ssl.ca` names holds no certificate. Name a PEM file with `-----BEGIN CERTIFICATE-----`.");
  if (cert === undefined) return tls;
  const { createSecureContext } = await import("node:tls");
  try {
    createSecureContext({ cert, key });
    return tls;
  } catch (error) {
    const { message } = error as Error;
    throw new ConfigError(
      `\`sslcert\` and \`sslkey\` cannot be used: ${message}. Name a certificate and the key that belongs to it, as PEM files; the key must not be encrypted.`,
      { cause: error },
    );
  }
}

function isCertificate(text: string): boolean {
  return /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/.test(text);
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
