import { type CustomNaming, rulesOf } from "./custom-naming.ts";
import { direct } from "./direct.ts";
import { duckCase } from "./duck-case.ts";
import { type Identifier, IdentifierError } from "./identifier.ts";
import type { NamingRules } from "./naming-rules.ts";
import { s3Tables } from "./s3-tables.ts";
import { shorten } from "./shorten.ts";
import { snakeCase } from "./snake-case.ts";
import { sqlCiV1 } from "./sql-ci-v1.ts";
import { sqlCsV1 } from "./sql-cs-v1.ts";
import { isBlank, stripSpace } from "./whitespace.ts";

export const namingNames = ["snake_case", "duck_case", "direct", "sql_cs_v1", "sql_ci_v1", "s3_tables"] as const;
export type NamingName = (typeof namingNames)[number];

/** Those that a new schema may have. With s3_tables leat's own tables would have other names than dlt gives them. */
export const newNamingNames = ["snake_case", "duck_case", "direct", "sql_cs_v1", "sql_ci_v1"] as const;
export type NewNamingName = (typeof newNamingNames)[number];

/** Turns the names that data has into names that a destination takes. Names are normalised once and remembered. */
export interface NamingConvention {
  /** As it is stored with schemas. */
  readonly name: string;
  /** True when names that differ in case only are different names. */
  readonly isCaseSensitive: boolean;
  /** What joins the parts of a path: `parent__child`. */
  readonly pathSeparator: string;
  /** In code points; `undefined` is no limit. */
  readonly maxLength: number | undefined;
  /** The name of one column. Throws IdentifierError for a blank name. */
  normalizeIdentifier(raw: string): Identifier;
  /** As normalizeIdentifier, part by part: separators in the name are kept. A blank path stays empty. */
  normalizePath(raw: string): Identifier;
  normalizeTableIdentifier(raw: string): Identifier;
  normalizeTablesPath(raw: string): Identifier;
  /** Joins parts, leaving out the blank ones. */
  makePath(...parts: readonly string[]): string;
  /** Takes a path apart, leaving out the blank parts. */
  breakPath(path: string): string[];
  /** Joins parts that are normalised already, and shortens the whole. */
  shortenFragments(...parts: readonly string[]): Identifier;
  /** The same convention with another limit. */
  withMaxLength(maxLength: number | undefined): NamingConvention;
}

export function namingConvention(name: NamingName, options: { readonly maxLength?: number | undefined } = {}): NamingConvention {
  return fromRules(name, rulesByName[name], options.maxLength);
}

/** One that somebody else made. */
export function customConvention(naming: CustomNaming, options: { readonly maxLength?: number | undefined } = {}): NamingConvention {
  return fromRules(naming.name, rulesOf(naming), options.maxLength);
}

const rulesByName: Readonly<Record<NamingName, NamingRules>> = {
  snake_case: snakeCase,
  duck_case: duckCase,
  direct,
  sql_cs_v1: sqlCsV1,
  sql_ci_v1: sqlCiV1,
  s3_tables: s3Tables,
};

function fromRules(name: string, rules: NamingRules, limit: number | undefined): NamingConvention {
  const maxLength = lesser(limit, rules.maxLength);
  const { pathSeparator } = rules;

  function normalizeIdentifier(raw: string): string {
    const trimmed = stripSpace(raw);
    if (trimmed === "") throw new IdentifierError({ identifier: raw });
    return shorten(rules.rewrite(trimmed), trimmed, maxLength);
  }
  function normalizeTableIdentifier(raw: string): string {
    const identifier = normalizeIdentifier(raw);
    return rules.rewriteTable === undefined ? identifier : rules.rewriteTable(identifier);
  }
  function makePath(...parts: readonly string[]): string {
    return parts.filter((part) => !isBlank(part)).join(pathSeparator);
  }
  function breakPath(path: string): string[] {
    return path.split(pathSeparator).filter((part) => !isBlank(part));
  }
  function normalizePath(raw: string): string {
    return shorten(makePath(...breakPath(raw).map(normalizeIdentifier)), raw, maxLength);
  }
  function normalizeTablesPath(raw: string): string {
    return shorten(makePath(...breakPath(raw).map(normalizeTableIdentifier)), raw, maxLength);
  }
  function shortenFragments(...parts: readonly string[]): Identifier {
    const path = makePath(...parts);
    return shorten(path, path, maxLength) as Identifier;
  }

  return {
    name,
    isCaseSensitive: rules.isCaseSensitive,
    pathSeparator,
    maxLength,
    normalizeIdentifier: remembered(normalizeIdentifier),
    normalizePath: remembered(normalizePath),
    normalizeTableIdentifier: remembered(normalizeTableIdentifier),
    normalizeTablesPath: remembered(normalizeTablesPath),
    makePath,
    breakPath,
    shortenFragments,
    withMaxLength: (other) => fromRules(name, rules, other),
  };
}

function lesser(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}

// Data whose keys are values (ids, dates) would fill the memory without a bound.
const maxRemembered = 10_000;

function remembered(normalize: (raw: string) => string): (raw: string) => Identifier {
  const known = new Map<string, Identifier>();
  return (raw) => {
    const hit = known.get(raw);
    if (hit !== undefined) return hit;
    const made = normalize(raw) as Identifier;
    if (known.size >= maxRemembered) known.clear();
    known.set(raw, made);
    return made;
  };
}
