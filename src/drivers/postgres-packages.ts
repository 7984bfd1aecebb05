import type { Client } from "pg";
import type { from } from "pg-copy-streams";
import type Cursor from "pg-cursor";
import { DriverFailure } from "../core/driver-failure.ts";

/** What is used of the driver packages. */
export interface PostgresPackages {
  readonly Client: typeof Client;
  readonly copyFrom: typeof from;
  readonly Cursor: typeof Cursor;
}

/** Loads the packages, which people install only when they use Postgres. Names all that are missing at once. */
export async function loadPostgresPackages(imports: PackageImports = packageImports): Promise<PostgresPackages> {
  const loading = [imports["pg"](), imports["pg-copy-streams"](), imports["pg-cursor"]()] as const;
  const results = await Promise.allSettled(loading);
  const names = Object.keys(packageImports).filter((_, index) => results[index]?.status === "rejected");
  if (names.length > 0) {
    const subject = names.join(" ");
    const cause = results.find((result) => result.status === "rejected")?.reason;
    throw new DriverFailure("missing-driver", `Cannot be loaded: ${subject}.`, { cause, subject });
  }
  const [pg, copyStreams, cursor] = await Promise.all(loading);
  return { Client: pg.default.Client, copyFrom: copyStreams.from, Cursor: cursor.default };
}

/** How each package is loaded. */
export interface PackageImports {
  readonly pg: () => Promise<{ readonly default: { readonly Client: typeof Client } }>;
  readonly "pg-copy-streams": () => Promise<{ readonly from: typeof from }>;
  readonly "pg-cursor": () => Promise<{ readonly default: typeof Cursor }>;
}

const packageImports: PackageImports = {
  pg: () => import("pg"),
  "pg-copy-streams": () => import("pg-copy-streams"),
  "pg-cursor": () => import("pg-cursor"),
};
