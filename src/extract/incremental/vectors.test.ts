import { describe, expect, test } from "vitest";
import { readFixture, untag } from "../../../test/fixtures.ts";
import { encodeJson } from "../../core/json.ts";
import type { OneOrMore } from "../../schema/hint-options.ts";
import type { ResourceDefinition } from "../definition.ts";
import type { Loose } from "../rows.ts";
import { BoundIncremental } from "./bound-incremental.ts";
import type { IncrementalOptions } from "./incremental-options.ts";

interface Batch {
  readonly rows_in: readonly unknown[];
  readonly rows_out?: readonly unknown[];
  readonly resource_state?: unknown;
  readonly error?: string;
}

interface Case {
  readonly name: string;
  readonly config: string;
  readonly primary_key: OneOrMore<string> | null;
  readonly batches: readonly Batch[];
}

const { cases } = readFixture<{ readonly cases: readonly Case[] }>("incremental.json");

describe("rows and state after the same rows are dlt's", () => {
  test.each(cases)("$name: $config", ({ config, primary_key, batches }) => {
    const state: Loose = {};
    for (const { rows_in, rows_out, resource_state, error } of batches) {
      const run = (): readonly unknown[] => runOf(optionsOf(config), primary_key, state, untag(rows_in) as unknown[]);
      if (error !== undefined) {
        expect(run).toThrow(expect.objectContaining({ code: "cursor-missing" }));
        continue;
      }
      expect(plain(run())).toEqual(plain(untag(rows_out)));
      expect(sorted(plain(state))).toEqual(resource_state);
      expect(Object.keys(slotOf(state))).toEqual(Object.keys(slotOf(resource_state as Loose)));
    }
  });
});

function runOf(incremental: IncrementalOptions, primaryKey: OneOrMore<string> | null, state: Loose, rows: unknown[]): readonly unknown[] {
  const definition = { name: "r", incremental, hints: primaryKey === null ? {} : { primaryKey } } as ResourceDefinition;
  const bound = new BoundIncremental(definition, { resourceState: () => state, warn: () => {} });
  const passed = bound.page(rows);
  bound.settle();
  return passed;
}

const optionNames: { readonly [name: string]: string } = {
  initial_value: "initialValue",
  end_value: "endValue",
  last_value_func: "lastValueFunc",
  range_start: "rangeStart",
  range_end: "rangeEnd",
  on_cursor_value_missing: "onCursorValueMissing",
  lag: "lag",
};

/** `incremental('u', initial_value=2, last_value_func=min)`. */
function optionsOf(config: string): IncrementalOptions {
  const [path, ...others] = /^incremental\((.*)\)$/.exec(config)![1]!.split(", ");
  const options = others.map((other) => other.split("=") as [string, string]);
  return { cursorPath: literal(path!), ...Object.fromEntries(options.map(([name, value]) => [optionNames[name], literal(value)])) };
}

function literal(text: string): never {
  return (text.startsWith("'") ? text.slice(1, -1) : /^\d+$/.test(text) ? Number(text) : text) as never;
}

function plain(value: unknown): unknown {
  return JSON.parse(encodeJson(value, { typed: true }));
}

function slotOf({ incremental = {} }: Loose): object {
  return (Object.values(incremental as object)[0] ?? {}) as object;
}

/** dlt keeps hashes in no order. */
function sorted(state: unknown): unknown {
  for (const slot of Object.values((state as { incremental?: { [path: string]: { unique_hashes: string[] } } }).incremental ?? {}))
    slot.unique_hashes.sort();
  return state;
}
