import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseYaml } from "../../src/schema/formats/yaml.ts";
import { Project } from "./project.ts";

const shop = `
import { pipeline, resource, source } from "leat";
import { duckdb } from "leat/destinations/duckdb";
const p = pipeline({ name: "shop", destination: duckdb("shop.duckdb"), datasetName: "data", progress: "none" });
await p.run(resource("orders", [{ id: 1, lines: [{ price: 1.5 }] }]));
await p.run(source("other", () => resource("people", [{ name: "Ada" }]))());
`;

let project: Project;
let remove: () => void;

beforeAll(async () => {
  const dir = mkdtempSync(join(realpathSync(tmpdir()), "leat-test-"));
  remove = () => rmSync(dir, { recursive: true, force: true });
  project = new Project({ "main.ts": shop }, dir);
  await project.leat(["run", "main.ts"]);
});

afterAll(() => remove());

test("prints the default schema as YAML", async () => {
  const { code, stdout } = await project.leat(["pipeline", "shop", "schema"]);
  expect(code).toBe(0);
  expect(parseYaml(stdout)).toMatchObject({
    name: "shop",
    engine_version: 11,
    tables: { orders: { name: "orders", columns: { id: { name: "id", data_type: "bigint" } } } },
  });
});

test("--remove-defaults leaves out the names inside", async () => {
  const { stdout } = await project.leat(["pipeline", "shop", "schema", "--remove-defaults"]);
  expect((parseYaml(stdout) as { tables: Record<string, object> }).tables["orders"]).not.toHaveProperty("name");
});

test("--schema is another one", async () => {
  const { stdout } = await project.leat(["pipeline", "shop", "schema", "--schema", "other", "--format", "json"]);
  expect(JSON.parse(stdout)).toMatchObject({ name: "other", tables: { people: {} } });
});

test.each([
  ["dbml", 'Table "orders__lines" {'],
  ["dot", 'digraph "shop" {'],
  ["mermaid", "erDiagram"],
  ["typescript", "export interface OrdersLines {"],
  ["zod", "export const OrdersLines = z.object({"],
  ["json-schema", '"$ref": "#/$defs/orders__lines"'],
])("--format %s", async (format, text) => {
  const { code, stdout } = await project.leat(["pipeline", "shop", "schema", "--format", format]);
  expect(code).toBe(0);
  expect(stdout).toContain(text);
});

test("--json is one document: the schema, or a text and its format", async () => {
  expect(JSON.parse((await project.leat(["pipeline", "shop", "schema", "--json"])).stdout)).toMatchObject({ name: "shop", tables: {} });
  const { stdout } = await project.leat(["pipeline", "shop", "schema", "--json", "--format", "mermaid"]);
  expect(JSON.parse(stdout)).toEqual({ schemaName: "shop", format: "mermaid", text: expect.stringContaining("erDiagram") });
});

test("an unknown format, schema or pipeline is an error of usage that says what there is", async () => {
  const format = await project.leat(["pipeline", "shop", "schema", "--format", "xml"]);
  expect(format.code).toBe(2);
  expect(format.stderr).toContain("Allowed choices are json, yaml, dbml, dot, mermaid, typescript, zod, json-schema");
  const schema = await project.leat(["pipeline", "shop", "schema", "--schema", "nope"]);
  expect(schema.code).toBe(2);
  expect(schema.stderr).toContain("It has other, shop");
  const remove = await project.leat(["pipeline", "shop", "schema", "--format", "dbml", "--remove-defaults"]);
  expect([remove.code, remove.stderr]).toEqual([2, expect.stringContaining("--remove-defaults is of yaml and json")]);
  expect((await project.leat(["pipeline", "nope", "schema"])).code).toBe(2);
});
