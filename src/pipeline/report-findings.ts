import type { Findings } from "../normalize/normalize-package.ts";
import type { Discard } from "../schema/discards.ts";
import type { DiscardedRows } from "./infos.ts";
import type { RunContext } from "./run-context.ts";

/** Tells, once per run, what normalizing a package found. Gives what was discarded. */
export function reportFindings(context: RunContext, loadId: string, findings: Findings): readonly DiscardedRows[] {
  const discarded = findings.discards.map((discard) => ({ ...discard, loadId }));
  for (const one of discarded) reportDiscarded(context, one);
  for (const { table, columns } of findings.nullOnlyColumns) {
    const names = columns.map((column) => `\`${column}\``).join(", ");
    const [what, they] = columns.length === 1 ? ["Column", "It appears"] : ["Columns", "They appear"];
    const message = `${what} ${names} of table \`${table}\`: no row has a value, so there is no type. ${they} with the first value; to have ${columns.length === 1 ? "it" : "them"} now, declare columns: { ${columns[0]}: { dataType: ... } }.`;
    warnOnce(context, { code: "null-only-columns", about: table, message });
  }
  for (const { kind, table, name, keys } of findings.collisions) {
    const paths = keys.map((key) => JSON.stringify(key)).join(" and ");
    const message =
      kind === "column"
        ? `Keys ${paths} of the rows of table \`${table}\` are one column, \`${name}\`: where a row has both, it keeps the value that comes last. Rename or remove one with .map().`
        : `Lists ${paths} are one table, \`${name}\`: of two in one row it may keep the rows of the last one only, and ids of rows may be there twice. Rename or remove one with .map().`;
    warnOnce(context, { code: "name-collision", about: `${kind}\n${table}\n${name}`, message });
  }
  return discarded;
}

/** Of each package what was kept out of it. */
export function reportDiscarded(context: RunContext, discarded: DiscardedRows): DiscardedRows {
  context.discarded.push(discarded);
  context.emit({ type: "row-discarded", ...discarded });
  return discarded;
}

/** What a call before this one left untold of a package, since it ended before its end. */
export function reportUntold(context: RunContext, loadId: string, discards: readonly Discard[]): readonly DiscardedRows[] {
  return discards.map((discard) => reportDiscarded(context, { ...discard, loadId }));
}

/** A warning that several packages of a run may give. */
function warnOnce(
  context: RunContext,
  { code, about, message }: { readonly code: string; readonly about: string; readonly message: string },
): void {
  const key = `${code}\n${about}`;
  if (context.warned.has(key)) return;
  context.warned.add(key);
  context.emit({ type: "warning", code, message });
}
