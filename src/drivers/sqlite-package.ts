import { createRequire } from "node:module";
import type Database from "better-sqlite3";
import { DriverFailure } from "../core/driver-failure.ts";

/** The first is what people are told to install. The second has the same interface, and its binary comes with it, so that nothing is compiled. */
const packageNames = ["better-sqlite3", "libsql"] as const;

export type SqliteApi = typeof Database;

let loaded: SqliteApi | undefined;

/** Loads the package, which people install only when they use SQLite. Throws DriverFailure. */
export function loadSqlite(): SqliteApi {
  loaded ??= firstThatWorks(createRequire(import.meta.url));
  return loaded;
}

/** Of a package that is there the binary may be missing, or made for another Node, which shows with the first database. */
export function firstThatWorks(load: (name: string) => unknown): SqliteApi {
  const broken: { readonly name: string; readonly cause: unknown }[] = [];
  for (const name of packageNames) {
    try {
      const Sqlite = load(name) as SqliteApi;
      new Sqlite(":memory:").close();
      return Sqlite;
    } catch (cause) {
      if (!String(cause).includes(`Cannot find module '${name}'`)) broken.push({ name, cause });
    }
  }
  const [first] = broken;
  if (first === undefined) {
    const [subject, alternative] = packageNames;
    throw new DriverFailure("missing-driver", `The package \`${subject}\` cannot be loaded.`, { subject, alternative });
  }
  const { name, cause } = first;
  throw new DriverFailure("connection", `The package \`${name}\` has no binary for Node ${process.version}. Make it: npm rebuild ${name}`, {
    cause,
  });
}
