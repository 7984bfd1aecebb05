import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { rawJson, resource, source } from "../../src/index.ts";
import type { SchemaSettings } from "../../src/schema/document.ts";
import { stringifyYaml } from "../../src/schema/formats/yaml.ts";
import { newSchema } from "../../src/schema/new-schema.ts";
import { machine } from "./local-pipeline.ts";

/** The columns that a value gets in a new table, with these settings in the schema file of its source. */
async function columnsOf(settings: SchemaSettings, row: object): Promise<Record<string, object>> {
  const m = machine();
  const path = join(m.dir, "shop.schema.yaml");
  const schema = newSchema("shop");
  writeFileSync(path, stringifyYaml({ ...schema, settings: { ...schema.settings, ...settings } }));
  const p = m.pipeline();
  await p.run(source("shop", { schemaPath: path }, () => resource("rows", [row]))());
  const { columns } = p.schemas["shop"]!.tables["rows"]!;
  return Object.fromEntries(Object.entries(columns).filter(([name]) => !name.startsWith("_dlt")));
}

describe("detections", () => {
  const now = Math.floor(Date.now() / 1000);

  // Values of Python's HexBytes and Wei come from packages that dlt extracted; here as they are written down.
  test.each([
    ["timestamp", now, "timestamp", "bigint"],
    ["iso_timestamp", "2024-01-02T03:04:05Z", "timestamp", "text"],
    ["iso_date", "2024-01-02", "date", "text"],
    ["hexbytes_to_text", "\uf02a0x6869", "text", "binary"],
    ["wei_to_double", "\uf02c100", "double", "wei"],
  ])("%s is on when the schema names it, and else off", async (detection, value, on, off) => {
    const types = [];
    for (const detections of [[detection], []]) types.push((await columnsOf({ detections }, { value }))["value"]);
    expect(types).toMatchObject([{ data_type: on }, { data_type: off }]);
  });

  test("large_integer sees what is the case without it, too: dlt would call such integers bigint, and fail to load them", async () => {
    const row = rawJson(`{"wei": 99999999999999999999, "text": 1${"0".repeat(80)}, "whole": 9223372036854775807}`);
    for (const detections of [["large_integer"], []] as const) {
      expect(await columnsOf({ detections }, row)).toMatchObject({
        wei: { data_type: "wei" },
        text: { data_type: "text" },
        whole: { data_type: "bigint" },
      });
    }
  });

  test("in the order of the schema the first that sees something wins", async () => {
    const row = { at: now, day: "2024-01-02", time: "2024-01-02T03:04:05Z" };
    expect(await columnsOf({ detections: ["iso_date", "iso_timestamp", "timestamp"] }, row)).toMatchObject({
      at: { data_type: "timestamp" },
      day: { data_type: "date" },
      time: { data_type: "timestamp" },
    });
  });
});

test("preferred types decide for new columns by name, whatever their first value is", async () => {
  const settings = { preferred_types: { "re:_at$": "timestamp", amount: "decimal" } } as const;
  const columns = await columnsOf(settings, { created_at: 1_700_000_000, amount: 5, other: 5 });
  expect(columns).toMatchObject({
    created_at: { data_type: "timestamp" },
    amount: { data_type: "decimal" },
    other: { data_type: "bigint" },
  });
});

test("default hints go to new columns by name", async () => {
  const { default_hints } = newSchema("shop").settings;
  const settings = { default_hints: { ...default_hints, not_null: [...default_hints!["not_null"]!, "re:^id$"], sort: ["re:_at$"] } };
  const columns = await columnsOf(settings, { id: 1, created_at: "x", other: 1 });
  expect(columns).toMatchObject({ id: { nullable: false }, created_at: { sort: true }, other: { nullable: true } });
  expect(columns["other"]).not.toHaveProperty("sort");
});
