import type { CopiedColumns, SchemaDocument } from "./document.ts";
import type { MergeStrategy } from "./hint-options.ts";
import { mergeStrategyOf } from "./merge-strategy.ts";
import type { NamingConvention } from "./naming/naming-convention.ts";
import { nestedTables } from "./table.ts";

export interface RootKeySettings {
  readonly naming: Pick<NamingConvention, "normalizeIdentifier">;
  /** Of the destination. */
  readonly mergeStrategies: readonly MergeStrategy[];
}

/** Strategies that find nested rows by the id of their root row. */
const needRootKey: readonly (string | undefined)[] = ["delete-insert", "upsert", "insert-only", "cdc"];

/** Says in the schema whether rows nested in a root table get the id of their root row. Same object when it says so already. */
export function withRootKey(schema: SchemaDocument, root: string, { naming, mergeStrategies }: RootKeySettings): SchemaDocument {
  const id = naming.normalizeIdentifier("_dlt_id");
  const rootId = naming.normalizeIdentifier("_dlt_root_id");
  const tables = schema.normalizers.json.config?.propagation?.tables ?? {};
  const copied: CopiedColumns = (Object.hasOwn(tables, root) ? tables[root] : undefined) ?? {};
  const isCopied = copied[id] === rootId;
  if (isCopied === hasRootKey(schema, root, mergeStrategies)) return schema;
  const { [id]: _, ...others } = copied;
  return withPropagation(schema, { ...tables, [root]: isCopied ? others : { ...copied, [id]: rootId } });
}

function hasRootKey(schema: SchemaDocument, root: string, mergeStrategies: readonly MergeStrategy[]): boolean {
  const asked = schema.normalizers.json.config?.root_key_propagation;
  const chain = nestedTables(schema, root);
  if (asked === true || (asked !== false && needRootKey.includes(mergeStrategyOf(chain[0]!, mergeStrategies)))) return true;
  // Once nested tables have the column, which is not nullable, their new rows need it too.
  return chain.some((table) => Object.values(table.columns).some((column) => column["root_key"] === true));
}

/** Forgets what is copied from these tables. Same object when nothing is. */
export function withoutPropagation(schema: SchemaDocument, tables: ReadonlySet<string>): SchemaDocument {
  const copied = Object.entries(schema.normalizers.json.config?.propagation?.tables ?? {});
  const kept = copied.filter(([table]) => !tables.has(table));
  return kept.length === copied.length ? schema : withPropagation(schema, Object.fromEntries(kept));
}

/** dlt stores no empty settings, and they would count for the hash. */
function withPropagation(schema: SchemaDocument, copied: { readonly [table: string]: CopiedColumns }): SchemaDocument {
  const { json } = schema.normalizers;
  const tables = Object.fromEntries(Object.entries(copied).filter(([, columns]) => !isEmpty(columns)));
  const propagation = replaced(json.config?.propagation, "tables", tables);
  const config = replaced(json.config, "propagation", propagation);
  return { ...schema, normalizers: { ...schema.normalizers, json: replaced(json, "config", config) } };
}

/** The object with another member; without it when that one is empty. */
function replaced<T extends object>(object: T | undefined, key: string & keyof T, member: object): T {
  const others = Object.entries(object ?? {}).filter(([name]) => name !== key);
  return Object.fromEntries(isEmpty(member) ? others : [...others, [key, member]]) as T;
}

function isEmpty(object: object): boolean {
  return Object.keys(object).length === 0;
}
