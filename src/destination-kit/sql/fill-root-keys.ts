import type { SchemaDocument } from "../../schema/document.ts";
import type { DdlPlan } from "./ddl.ts";
import type { SqlDialect } from "./dialect.ts";
import { namesWith, parentKey, rowKey } from "./table-keys.ts";

/**
 * Gives rows that are there the key of their root row when their table gets a column for it: a table that was appended to is merged from now on.
 * Without it the rows would stay when their root row is replaced.
 */
export function fillRootKeys(options: {
  readonly dialect: SqlDialect;
  readonly schema: SchemaDocument;
  /** What was added, parents first. */
  readonly update: DdlPlan["update"];
  /** True for a table that was there before. */
  readonly wasThere: (table: string) => boolean;
  readonly qualify: (table: string) => string;
}): string[] {
  const { dialect, schema, update, wasThere, qualify } = options;
  const quote = (name: string) => dialect.quoteIdentifier(name);
  return Object.entries(update).flatMap(([name, { columns }]) => {
    const table = schema.tables[name]!;
    const rootKey = Object.values(columns).find((column) => column["root_key"] === true)?.name;
    if (rootKey === undefined || table.parent === undefined || !wasThere(name)) return [];
    const parent = schema.tables[table.parent]!;
    const update = `UPDATE ${qualify(name)} AS n SET ${quote(rootKey)} =`;
    if (parent.parent === undefined) return [`${update} n.${quote(parentKey(table))}`];
    const [inherited] = namesWith(parent, "root_key");
    const isChild = `p.${quote(rowKey(parent))} = n.${quote(parentKey(table))}`;
    return inherited === undefined ? [] : [`${update} p.${quote(inherited)} FROM ${qualify(parent.name)} AS p WHERE ${isChild}`];
  });
}
