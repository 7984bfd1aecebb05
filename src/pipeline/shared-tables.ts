import type { SourceToExtract } from "../extract/extract.ts";

/**
 * Resources that start over while others, which do not, load into the same table: the table goes with the one that declared it last, and the state of
 * the others stays. In words, one for each table.
 */
export function sharedTables(sources: readonly SourceToExtract[]): string[] {
  return sources.flatMap(({ name, resources }) => {
    const running = new Set<string>();
    for (const resource of resources) {
      if (!resource.selected) continue;
      for (let each: typeof resource | undefined = resource; each !== undefined; each = each.parent) running.add(each.name);
    }
    const byTable = new Map<string, string[]>();
    for (const { name: resource, hints } of resources) {
      if (typeof hints.tableName === "function") continue;
      const table = hints.tableName ?? resource;
      byTable.set(table, [...(byTable.get(table) ?? []), resource]);
    }
    return [...byTable]
      .filter(([, owners]) => owners.some((owner) => running.has(owner)) && owners.some((owner) => !running.has(owner)))
      .map(([table, owners]) => {
        const others = owners.filter((owner) => !running.has(owner)).map((owner) => `\`${owner}\``);
        return `Table \`${table}\` of source \`${name}\` is also that of ${others.join(", ")}: refresh all of its resources together, else rows are lost or come twice.`;
      });
  });
}
