import type { ResourceHints, TableHints } from "./hint-options.ts";
import { type HintNaming, tableHints } from "./hints.ts";
import type { TableUpdate } from "./update.ts";

type NamedUpdate = TableUpdate & { readonly name: string };

/** Which table the nested ones hang from, and whose rows they are. */
export interface NestingRoot {
  readonly table: string;
  readonly resource: string;
}

/** The tables that `nestedHints` declare, parents first; tables on the way to a declared one are among them. */
export function nestedTableHints(nestedHints: ResourceHints["nestedHints"], root: NestingRoot, naming: HintNaming): NamedUpdate[] {
  const tables = new Map<string, NamedUpdate>();
  for (const [path, hints] of Object.entries(nestedHints ?? {})) {
    const names = tableNames(path, root, naming);
    for (const [index, name] of names.entries()) {
      const parent = names[index - 1] ?? root.table;
      if (index < names.length - 1) tables.set(name, tables.get(name) ?? { name, columns: {}, parent });
      else tables.set(name, { ...tableHints(hints, naming), ...link(hints, parent, root), name });
    }
  }
  return [...tables.values()];
}

/** The names of the tables from the first below the root to the one that the path means. */
function tableNames(path: string, root: NestingRoot, naming: HintNaming): string[] {
  const parts = path.split(".").map((part) => naming.normalizeTablesPath(part));
  return parts.map((_, index) => naming.shortenFragments(root.table, ...parts.slice(0, index + 1)));
}

/** A nested table with a key of its own is loaded like a root table, without links to its parent. */
function link(hints: TableHints, parent: string, root: NestingRoot): object {
  const hasKey = hints.primaryKey !== undefined || hints.mergeKey !== undefined;
  return hasKey ? { resource: root.resource } : { parent };
}
