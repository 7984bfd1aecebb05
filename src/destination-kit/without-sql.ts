import type { SqlConnection } from "./contract.ts";
import { UnsupportedError } from "./errors.ts";

/** The reading half of a session where nothing can be read back: every call throws UnsupportedError. */
export function withoutSql(destination: string): SqlConnection {
  const refuse = (): never => {
    throw new UnsupportedError(
      `What was loaded into \`${destination}\` cannot be read back. Read it where it went, or load into a database or files.`,
      { destination },
    );
  };
  return {
    query: async () => refuse(),
    batches: async function* () {
      refuse();
    },
    execute: async () => refuse(),
    transaction: async () => refuse(),
    qualifiedName: (table) => table,
  };
}
