import type { FeatureRows } from "./feature-row.ts";
import { commandLineRows } from "./feature-rows-command-line.ts";
import { destinationRows } from "./feature-rows-destinations.ts";
import { dispositionRows } from "./feature-rows-dispositions.ts";
import { pipelineRows } from "./feature-rows-pipeline.ts";
import { runtimeRows } from "./feature-rows-runtime.ts";
import { schemaRows } from "./feature-rows-schema.ts";
import { sourceRows } from "./feature-rows-sources.ts";

/** What the first release promises, row by row, under names of our own; and the tests that show it. State has a list of its own: state-rows.test.ts. */
export const featureRows: Readonly<Record<string, FeatureRows>> = {
  pipeline: pipelineRows,
  sources: sourceRows,
  schema: schemaRows,
  "write dispositions": dispositionRows,
  destinations: destinationRows,
  "command line": commandLineRows,
  runtime: runtimeRows,
};
