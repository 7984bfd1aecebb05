import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { normalizeSchemaName } from "./schema-name.ts";

const fixture = JSON.parse(readFileSync(new URL("../../../test/fixtures/naming.json", import.meta.url), "utf8")) as {
  readonly normalize_schema_name: readonly { readonly input: string; readonly output: string }[];
};

it.each(fixture.normalize_schema_name)("names the schema $input", ({ input, output }) => {
  expect(normalizeSchemaName(input)).toBe(output);
});
