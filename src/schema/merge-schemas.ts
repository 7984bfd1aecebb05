import { encodeJson } from "../core/json-encode.ts";
import { bumpSchema } from "./bump.ts";
import { evolveOnce } from "./contract.ts";
import type { ColumnSchema, Columns, SchemaDocument, TableSchema } from "./document.ts";
import { TypeConflictError } from "./errors.ts";
import { normalizerHints } from "./table.ts";

export interface SchemasToMerge {
  /** What both started from; undefined when that was nothing. */
  readonly base: SchemaDocument | undefined;
  readonly mine: SchemaDocument;
  /** What was stored in the meantime. */
  readonly theirs: SchemaDocument;
  /** Tables that stay even if the other side dropped them: rows for them wait. */
  readonly needed: ReadonlySet<string>;
}

const maxPreviousHashes = 10;

/**
 * Brings what two pipelines made of one schema together: the tables and columns of both; hints that both changed are those of `mine`.
 * The result is a new version of `theirs`; the same version when it adds nothing. Throws TypeConflictError when both made a column, of different types.
 */
export function mergeSchemas({ base, mine, theirs, needed }: SchemasToMerge): SchemaDocument {
  const isKept = (name: string): boolean => needed.has(name) || !isUnchanged(mine.tables[name], base?.tables[name]);
  const tables = mergeMembers<TableSchema>(base?.tables, mine.tables, theirs.tables, isKept, (b, m, t) =>
    mergeTable(mine.name, b, m, t, needed),
  );
  const merged = bumpSchema({
    ...mergeHints<SchemaDocument>(base, mine, theirs),
    tables: withoutOrphans(tables),
    settings: mergeHints(base?.settings, mine.settings, theirs.settings),
    normalizers: mergeHints(base?.normalizers, mine.normalizers, theirs.normalizers),
    version: Math.max(mine.version, theirs.version),
    version_hash: theirs.version_hash,
    previous_hashes: theirs.previous_hashes,
  });
  if (merged.version_hash === theirs.version_hash) return theirs;
  // Whoever knows one of the two sees that this one came after it.
  const hashes = [...merged.previous_hashes.slice(0, 1), mine.version_hash, ...merged.previous_hashes.slice(1), ...mine.previous_hashes];
  return { ...merged, previous_hashes: [...new Set(hashes)].filter((hash) => hash !== merged.version_hash).slice(0, maxPreviousHashes) };
}

/** A table that one side nested in one that the other dropped goes with it. */
function withoutOrphans(tables: Members<TableSchema>): Members<TableSchema> {
  const kept = Object.entries(tables).filter(([, { parent }]) => parent === undefined || Object.hasOwn(tables, parent));
  return kept.length === Object.keys(tables).length ? tables : withoutOrphans(Object.fromEntries(kept));
}

function mergeTable(
  schemaName: string,
  base: TableSchema | undefined,
  mine: TableSchema,
  theirs: TableSchema,
  needed: ReadonlySet<string>,
): TableSchema {
  const columns = mergeMembers<ColumnSchema>(
    base?.columns,
    mine.columns,
    theirs.columns,
    () => true,
    (b, m, t) => {
      // Of a table that one side dropped and made again the new type counts, unless rows for the old one wait.
      const isRemade = b !== undefined && (b.data_type === t.data_type || (b.data_type === m.data_type && !needed.has(mine.name)));
      if (m.data_type !== undefined && t.data_type !== undefined && m.data_type !== t.data_type && !isRemade)
        throw TypeConflictError.betweenPipelines({ schemaName, table: mine.name, column: m.name, dataTypes: [t.data_type, m.data_type] });
      return mergeHints<ColumnSchema>(b, m, t);
    },
  );
  const merged = { ...mergeHints<TableSchema>(base, mine, theirs), columns: columns as Columns };
  // Whether rows were seen counts for both; a table that has its columns on either side does not evolve once more.
  const [m, t] = [normalizerHints(mine), normalizerHints(theirs)];
  const normalizer: Record<string, unknown> = { ...t, ...m };
  if (!(evolveOnce in m && evolveOnce in t)) delete normalizer[evolveOnce];
  return Object.keys(normalizer).length === 0 ? merged : { ...merged, [normalizerKey]: normalizer };
}

const normalizerKey = "x-normalizer";

type Members<Member> = { readonly [name: string]: Member };

/** Members of both sides, those of `theirs` first; one that either side removed goes, unless `isKept`. */
function mergeMembers<Member>(
  base: Members<Member> | undefined,
  mine: Members<Member>,
  theirs: Members<Member>,
  isKept: (name: string) => boolean,
  both: (base: Member | undefined, mine: Member, theirs: Member) => Member,
): Members<Member> {
  const merged = new Map<string, Member>();
  for (const name of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
    const [b, m, t] = [own(base ?? {}, name), own(mine, name), own(theirs, name)];
    if (m !== undefined && t !== undefined) merged.set(name, both(b, m, t));
    else if (m !== undefined && (b === undefined || isKept(name))) merged.set(name, m);
    else if (t !== undefined && b === undefined) merged.set(name, t);
  }
  return Object.fromEntries(merged);
}

/** Entry by entry: what this side changed, else what the other side has. */
function mergeHints<Hints extends object>(base: Hints | undefined, mine: Hints, theirs: Hints): Hints {
  const [b, m] = [(base ?? {}) as Members<unknown>, mine as Members<unknown>];
  const changed = Object.entries(m).filter(([key, value]) => !isUnchanged(value, own(b, key)));
  const removed = Object.keys(b).filter((key) => !Object.hasOwn(m, key));
  const kept = Object.entries(theirs).filter(([key]) => !removed.includes(key));
  return Object.fromEntries([...kept, ...changed]) as Hints;
}

function isUnchanged(now: unknown, before: unknown): boolean {
  return now === before || encodeJson({ value: now }, { sorted: true }) === encodeJson({ value: before }, { sorted: true });
}

function own<Member>(members: Members<Member>, name: string): Member | undefined {
  return Object.hasOwn(members, name) ? members[name] : undefined;
}
