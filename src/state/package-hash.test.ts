import { expect, test } from "vitest";
import { readFixture } from "../../test/fixtures.ts";
import { decodeState, decodeStateBlob } from "./blob.ts";
import { bumpState } from "./bump.ts";
import { newState, type PipelineState } from "./document.ts";
import { contentHash } from "./hash.ts";
import { type StateRow, stateRow } from "./state-row.ts";

interface Steps {
  steps: { [step: string]: { [path: string]: string } };
}

const { steps } = readFixture<Steps>("workdir/steps.json");

function fileOf(step: string, path: string): Record<string, unknown> {
  return decodeState(steps[step]?.[path] ?? "");
}

const packageState = fileOf("3_after_load", "load/loaded/1795346660.7621534/load_package_state.json");

test("a new state is that of dlt for a new pipeline", () => {
  const state = newState({
    pipelineName: "workdir_demo",
    datasetName: "workdir_demo_ds",
    destinationType: "dlt.destinations.duckdb",
    initialCwd: "/workdir",
  });
  expect(bumpState(state)).toEqual(fileOf("0_created", "state.json"));
});

test("the hash of a package state leaves out the metrics of its jobs", () => {
  expect(contentHash(packageState, ["load_metrics"])).toBe(packageState["_version_hash"]);
});

test("the row of a state is the one that dlt puts into the package", () => {
  const state = fileOf("1_after_extract", "state.json") as unknown as PipelineState;
  const expected = packageState["pipeline_state"] as StateRow;
  const row = stateRow(state, expected._dlt_load_id, expected.created_at);
  expect({ ...row, state: decodeStateBlob(row.state) }).toEqual({ ...expected, state: decodeStateBlob(expected.state) });
});
