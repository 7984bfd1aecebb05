import { onTestFinished } from "vitest";
import { parsePostgresUrl } from "../../../src/config/connection-string.ts";
import { connectPostgres, type PostgresConnection, type PostgresLocation } from "../../../src/drivers/postgres.ts";
import { createPostgres } from "../../destinations.ts";

/** Where a new, empty database is. */
export async function newLocation(): Promise<PostgresLocation & { readonly url: string }> {
  const { url } = await createPostgres();
  return { ...locationOf(url), url };
}

export function locationOf(url: string): PostgresLocation {
  const { host = "localhost", port = 5432, database = "postgres", username, password } = parsePostgresUrl(url);
  return { host, port, database, username, password, connectTimeoutMs: 15_000 };
}

/** The server of the tests. */
export function serverLocation(): PostgresLocation {
  return locationOf(process.env["LEAT_TEST_POSTGRES"]!);
}

/** Closed after the test. */
export async function connectTo(location: PostgresLocation): Promise<PostgresConnection> {
  const connection = await connectPostgres(location);
  onTestFinished(() => connection.close());
  return connection;
}

/** A connection to a new, empty database. */
export async function connected(): Promise<PostgresConnection> {
  return connectTo(await newLocation());
}
