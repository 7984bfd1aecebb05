import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Capabilities } from "../../src/destination-kit/capabilities.ts";
import type { DestinationContract } from "../../src/destination-kit/contract.ts";
import { destination } from "../../src/destinations/custom/index.ts";
import { duckdb } from "../../src/destinations/duckdb/index.ts";
import { dummy } from "../../src/destinations/dummy/index.ts";
import { filesystem } from "../../src/destinations/filesystem/index.ts";
import { postgres } from "../../src/destinations/postgres/index.ts";
import { sqlite } from "../../src/destinations/sqlite/index.ts";
import type { Destination } from "../../src/index.ts";
import { runPython } from "./python.ts";
import { newFolder } from "./side-by-side.ts";

const shared: Readonly<Record<string, Destination>> = {
  duckdb: duckdb("any.duckdb"),
  postgres: postgres("postgresql://any:any@localhost/any"),
  sqlite: sqlite("any.db"),
  filesystem: filesystem("any"),
  dummy: dummy(),
  function: destination("function", {}, () => {}),
};

/** Where leat says something else, and why. */
const deliberate: { readonly [name: string]: Partial<Said> } = {
  // The one merge strategy that leat does not have yet is left out on both sides.
  sqlite: {
    // `Users` and `users` are one table of SQLite, whatever dlt says.
    isCaseSensitive: false,
  },
  filesystem: {
    // The strategies that dlt has here are those of table formats, which leat refuses.
    merge: [],
    replace: ["truncate-and-insert"],
    // Names of files have a limit of their own, and it is not said here.
    longestName: undefined,
    wei: [38, 0],
  },
  dummy: { replace: ["truncate-and-insert", "insert-from-staging", "staging-optimized"] },
  function: {
    // The function may do what the table says.
    merge: ["delete-insert", "insert-only", "scd2", "upsert"],
    replace: ["truncate-and-insert", "insert-from-staging", "staging-optimized"],
    wei: [38, 0],
  },
};

interface Said {
  readonly longestName: number | undefined;
  readonly isCaseSensitive: boolean;
  readonly decimal: readonly number[];
  readonly wei: readonly number[];
  readonly merge: readonly string[];
  readonly replace: readonly string[];
  readonly naming: string | undefined;
  readonly nesting: number | undefined;
}

interface SaidByDlt {
  readonly max_identifier_length: number;
  readonly max_column_identifier_length: number;
  readonly has_case_sensitive_identifiers: boolean;
  readonly decimal_precision: readonly number[];
  readonly wei_precision: readonly number[];
  readonly supported_merge_strategies: readonly string[];
  readonly supported_replace_strategies: readonly string[] | null;
  readonly naming_convention: string | null;
  readonly max_table_nesting: number | null;
}

test("destinations can do what dlt says of them, but for what is listed here", { timeout: 120_000 }, async () => {
  const script = fileURLToPath(new URL("capabilities_of_dlt.py", import.meta.url));
  const said = JSON.parse(await runPython(script, "", newFolder(), "sqlalchemy")) as Readonly<Record<string, SaidByDlt>>;
  for (const [name, made] of Object.entries(shared))
    expect(ofLeat((made as DestinationContract).capabilities), name).toEqual({ ...ofDlt(said[name]!), ...deliberate[name] });
});

function ofDlt(said: SaidByDlt): Said {
  expect(said.max_column_identifier_length).toBe(said.max_identifier_length);
  return {
    longestName: said.max_identifier_length,
    isCaseSensitive: said.has_case_sensitive_identifiers,
    decimal: said.decimal_precision,
    wei: said.wei_precision,
    merge: said.supported_merge_strategies.filter((strategy) => strategy !== "cdc").toSorted(),
    replace: said.supported_replace_strategies ?? [],
    naming: said.naming_convention ?? undefined,
    nesting: said.max_table_nesting ?? undefined,
  };
}

function ofLeat(capabilities: Capabilities): Said {
  return {
    longestName: capabilities.maxIdentifierLength,
    isCaseSensitive: capabilities.caseSensitiveIdentifiers,
    decimal: capabilities.decimalPrecision,
    wei: capabilities.weiPrecision,
    merge: capabilities.mergeStrategies.toSorted(),
    replace: capabilities.replaceStrategies,
    naming: capabilities.namingConvention,
    nesting: capabilities.maxTableNesting,
  };
}
