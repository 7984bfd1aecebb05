import { readdirSync } from "node:fs";
import { cruise, type ICruiseResult } from "dependency-cruiser";
import extractTSConfig from "dependency-cruiser/config-utl/extract-ts-config";
import { expect, test } from "vitest";
// @ts-expect-error the map is plain JavaScript: the tool that reads it from the command line knows nothing else
import config, { layers } from "../../.dependency-cruiser.mjs";

const folders = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);

const files = readdirSync("src", { recursive: true, encoding: "utf8" }).filter(
  // Another language.
  (name) => name.endsWith(".ts") && !name.includes("/assembly/"),
);

const cruiseSources = async (): Promise<ICruiseResult> => {
  const { forbidden, options } = config;
  const result = await cruise(["src"], { ...options, validate: true, ruleSet: { forbidden } }, undefined, {
    tsConfig: extractTSConfig("tsconfig.json"),
  });
  return result.output as ICruiseResult;
};

test("every folder of src is in the layer map", () => {
  for (const folder of folders("src")) expect(Object.keys(layers)).toContain(folder);
});

test("folders import only what the layer map allows, without cycles, and every file was looked at", async () => {
  const { modules, summary } = await cruiseSources();
  expect(modules.filter((module) => module.source.startsWith("src/")).map((module) => module.source)).toHaveLength(files.length);
  expect(summary.violations.map((violation) => `${violation.rule.name}: ${violation.from} -> ${violation.to}`)).toEqual([]);
}, 120_000);
