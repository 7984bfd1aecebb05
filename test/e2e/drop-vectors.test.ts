import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseTyped } from "../../src/core/json.ts";
import type { DropOptions, Pipeline, Refresh } from "../../src/index.ts";
import { testDestinations } from "../destinations.ts";
import { readFixture } from "../fixtures.ts";
import { comparable, dropSource, type Snapshot, snapshot } from "./drop-source.ts";
import { machineOn } from "./machines.ts";

interface DropCase {
  readonly name: string;
  readonly args: {
    readonly resources?: string[];
    readonly drop_all?: boolean;
    readonly state_paths?: string | string[];
    readonly state_only?: boolean;
  };
  readonly info: {
    readonly tables: string[];
    readonly state_paths: string[];
    readonly resource_states: string[];
    readonly resource_names: string[];
    readonly schema_name: string;
    readonly warnings: string[];
  };
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly new_packages: { readonly [loadId: string]: PackageDocument };
}

interface RefreshCase {
  readonly mode: Refresh;
  readonly selected: ["alpha"];
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly packages: { readonly [loadId: string]: PackageDocument };
}

interface PackageDocument {
  readonly [key: string]: unknown;
  readonly dropped_tables?: readonly { readonly name: string; readonly columns: object }[];
  readonly truncated_tables?: readonly { readonly name: string; readonly columns: object }[];
}

describe.each(testDestinations)("on $name", (destination) => {
  test.each(readFixture<DropCase[]>("drop.json"))("drop does to state, schema, tables and package what dlt does: $name", async (vector) => {
    const machine = await machineOn(destination);
    const warnings: string[] = [];
    const p = machine.pipeline({ onEvent: (event) => void (event.type === "warning" && warnings.push(event.message)) });
    await p.run(dropSource(0));
    const before = await snapshot(p, machine);
    const loaded = await loadIds(p);
    const { resources = [], ...options } = vector.args;

    const info = await p.drop(resources, given(options));

    expect(info.tables).toEqual(vector.info.tables);
    expect(info.statePaths).toEqual(vector.info.state_paths);
    expect([...info.resources].sort()).toEqual([...new Set([...vector.info.resource_names, ...vector.info.resource_states])].sort());
    expect(warnings.length > 0).toBe(vector.info.warnings.length > 0);
    expect(comparable([before, await snapshot(p, machine)])).toEqual(comparable([vector.before, withExtractedHash(vector.after)]));
    const packages = (await loadIds(p)).filter((loadId) => !loaded.includes(loadId)).map((loadId) => packageDocument(p, loadId));
    expect(packages.map(shownPackage)).toEqual(Object.values(vector.new_packages).map(shownPackage));
  });

  test.each(readFixture<RefreshCase[]>("refresh.json"))(
    "a refresh does to state, schema, tables and package what dlt does: $mode",
    async (vector) => {
      const machine = await machineOn(destination);
      const p = machine.pipeline();
      await p.run(dropSource(0));
      const before = await snapshot(p, machine);

      const info = await p.run(dropSource(5).withResources("alpha" as never), { refresh: vector.mode });

      expect(comparable([before, await snapshot(p, machine)])).toEqual(comparable([vector.before, vector.after]));
      expect(info.loadIds.map((loadId) => shownPackage(packageDocument(p, loadId)))).toEqual(
        Object.values(vector.packages).map(shownPackage),
      );
    },
  );
});

function given({ drop_all, state_paths, state_only }: DropCase["args"]): DropOptions {
  return {
    ...(drop_all === undefined ? {} : { dropAll: drop_all }),
    ...(state_paths === undefined ? {} : { statePaths: state_paths }),
    ...(state_only === undefined ? {} : { stateOnly: state_only }),
  };
}

/** dlt forgets that it extracted the state, so that its next run stores the same state again. Ours remembers. */
function withExtractedHash(after: Snapshot): Snapshot {
  return { ...after, state: { ...after.state, _local: { ...after.state._local, _last_extracted_hash: after.state._version_hash } } };
}

async function loadIds(p: Pipeline): Promise<readonly string[]> {
  return (await p.listPackages()).map(({ loadId }) => loadId);
}

function packageDocument(p: Pipeline, loadId: string): PackageDocument {
  return parseTyped(readFileSync(join(p.workingDir, "load", "loaded", loadId, "load_package_state.json"), "utf8")) as PackageDocument;
}

/** Without what differs from package to package, how often the document was written, and what only one of the tools keeps in it. */
function shownPackage({ dropped_tables, truncated_tables, ...others }: PackageDocument): object {
  const apart = ["_state_version", "_version_hash", "created_at", "pipeline_state", "leat_known_states", "leat_job_rows", "leat_resources"];
  const shown = Object.entries(others).filter(([key]) => !apart.includes(key));
  return {
    ...Object.fromEntries(shown),
    hasState: "pipeline_state" in others,
    ...(dropped_tables === undefined ? {} : { dropped: dropped_tables.map(shownTable) }),
    ...(truncated_tables === undefined ? {} : { truncated: truncated_tables.map(shownTable) }),
  };
}

function shownTable({ name, columns }: { readonly name: string; readonly columns: object }): object {
  return { name, columns: Object.keys(columns) };
}
