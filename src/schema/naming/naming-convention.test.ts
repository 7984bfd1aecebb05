import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IdentifierError } from "./identifier.ts";
import { type NamingConvention, type NamingName, namingConvention, namingNames } from "./naming-convention.ts";

interface Vector {
  readonly input: string;
  readonly identifier: string | null;
  readonly path: string | null;
  readonly table?: string | null;
  readonly tables_path?: string | null;
}
interface NamingFixture {
  readonly conventions: Readonly<
    Record<
      string,
      {
        readonly path_separator: string;
        readonly is_case_sensitive: boolean;
        readonly by_max_length: Readonly<Record<string, readonly Vector[]>>;
      }
    >
  >;
  readonly break_path_snake_case: readonly { readonly input: string; readonly output: readonly string[] }[];
  readonly shorten_fragments_snake_case: readonly {
    readonly max_length: number | null;
    readonly parts: readonly string[];
    readonly output: string;
  }[];
}
const fixture = JSON.parse(readFileSync(new URL("../../../test/fixtures/naming.json", import.meta.url), "utf8")) as NamingFixture;

describe.each(Object.keys(fixture.conventions) as NamingName[])("%s", (name) => {
  const expected = fixture.conventions[name]!;

  it("has dlt's separator and case rule", () => {
    const { pathSeparator, isCaseSensitive } = namingConvention(name);
    expect({ path_separator: pathSeparator, is_case_sensitive: isCaseSensitive }).toEqual({
      path_separator: expected.path_separator,
      is_case_sensitive: expected.is_case_sensitive,
    });
  });

  it.each(Object.keys(expected.by_max_length))("names everything as dlt does, max length %s", (limit) => {
    const naming = namingConvention(name, limit === "none" ? {} : { maxLength: Number(limit) });
    const vectors = expected.by_max_length[limit]!;
    expect(vectors.map(({ input }) => named(naming, input))).toEqual(vectors.map(withoutGaps));
  });
});

it("knows the conventions of the fixture", () => {
  expect([...namingNames].sort()).toEqual(Object.keys(fixture.conventions).sort());
});

it.each(fixture.break_path_snake_case)("takes the path $input apart", ({ input, output }) => {
  expect(namingConvention("snake_case").breakPath(input)).toEqual(output);
});

it.each(fixture.shorten_fragments_snake_case)("joins $parts within $max_length characters", ({ max_length, parts, output }) => {
  expect(namingConvention("snake_case", { maxLength: max_length ?? undefined }).shortenFragments(...parts)).toBe(output);
});

it("tags a part by the part and a path by the raw path", () => {
  const naming = namingConvention("snake_case", { maxLength: 20 });
  const long = "abcdefghijklmnopqrstuvwxyzabcdefghij";
  expect(naming.normalizePath(`  __${long}__ `)).toBe("abcdefgwxjpfqdefghij");
  expect(naming.normalizePath(`a__${long}`)).toBe("a__abcdh13vwgdefghij");
  expect(naming.normalizePath(` a__${long}  `)).toBe("a__abcdd0cz9wdefghij");
});

it("trims what Python calls white space", () => {
  const naming = namingConvention("duck_case");
  expect(naming.normalizeIdentifier("\x1f a \x85\u2028")).toBe("a");
  expect(naming.normalizeIdentifier("\ufeffa")).toBe("\ufeffa");
});

it("refuses a blank name and says which", () => {
  expect(() => namingConvention("snake_case").normalizeIdentifier(" ")).toThrow(IdentifierError);
  expect(() => namingConvention("snake_case").normalizeIdentifier(" ")).toThrow(/" " is empty/);
});

it("gives the same convention with another limit", () => {
  const naming = namingConvention("snake_case").withMaxLength(10);
  expect([naming.name, naming.maxLength, naming.normalizeIdentifier("exactly_ten")]).toEqual(["snake_case", 10, "ex5bzzzaen"]);
});

describe("for any name", () => {
  const anyName = fc
    .oneof(fc.string({ unit: "grapheme", minLength: 1 }), fc.stringMatching(/^[A-Za-z0-9_ .@+-]{1,80}$/))
    .filter((name) => name.trim() !== "" && !isPythonSpace(name));
  const anyNaming = fc.constantFrom(...namingNames);

  it("stays within the limit", () => {
    fc.assert(
      fc.property(anyName, anyNaming, fc.integer({ min: 1, max: 70 }), (name, convention, maxLength) => {
        const naming = namingConvention(convention, { maxLength });
        expect(Array.from(naming.normalizeIdentifier(name)).length).toBeLessThanOrEqual(maxLength);
        expect(Array.from(naming.normalizePath(name)).length).toBeLessThanOrEqual(maxLength);
        expect(Array.from(naming.shortenFragments(name, "child", name)).length).toBeLessThanOrEqual(maxLength);
      }),
    );
  });

  it("leaves a name of snake_case as it is", () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const naming = namingConvention("snake_case");
        const once = naming.normalizeIdentifier(name);
        expect(naming.normalizeIdentifier(once)).toBe(once);
        const path = naming.normalizePath(name);
        expect(naming.normalizePath(path)).toBe(path);
      }),
    );
  });
});

function isPythonSpace(name: string): boolean {
  return /^[\x1c-\x1f\x85\s]*$/.test(name);
}

function named(naming: NamingConvention, input: string): Record<string, string | null> {
  return {
    input,
    identifier: orNull(() => naming.normalizeIdentifier(input)),
    path: orNull(() => naming.normalizePath(input)),
    table: orNull(() => naming.normalizeTableIdentifier(input)),
    tables_path: orNull(() => naming.normalizeTablesPath(input)),
  };
}

function orNull(normalize: () => string): string | null {
  try {
    return normalize();
  } catch (error) {
    if (error instanceof IdentifierError) return null;
    throw error;
  }
}

/** The fixture leaves out `table` and `tables_path` where they equal `identifier` and `path`. */
function withoutGaps(vector: Vector): Record<string, string | null> {
  return {
    ...vector,
    table: vector.table === undefined ? vector.identifier : vector.table,
    tables_path: vector.tables_path === undefined ? vector.path : vector.tables_path,
  };
}
