import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import type { Case, ResourceRows } from "./plan.ts";
import { differencesOf, sideBySide } from "./side-by-side.ts";

interface RecordedEvent {
  readonly name: string;
  readonly examples: readonly object[];
}

const file = createRequire(import.meta.url).resolve("@octokit/webhooks-examples/api.github.com/index.json");
const events = JSON.parse(readFileSync(file, "utf8")) as readonly RecordedEvent[];

/** Payloads of events, each resource with those whose names begin alike. `from` and `to` choose among the examples of an event. */
function payloads(from: number, to: number): readonly ResourceRows[] {
  const groups = {
    pulls: /^(pull_request|check_)/,
    issues: /^(issue|label|milestone|discussion)/,
    rest: /^(push|release|status|star|team|ping|fork)/,
  };
  return Object.entries(groups).map(([name, pattern]) => ({
    name,
    rows: events.filter((event) => pattern.test(event.name)).flatMap((event) => event.examples.slice(from, to)),
  }));
}

const cases: readonly Case[] = [
  {
    name: "run after run",
    runs: [0, 2, 1].map((from) => ({ source: "github", resources: payloads(from, from + 1) })),
  },
  {
    name: "each run replaces what was there",
    runs: [0, 1].map((from) => ({
      source: "github",
      resources: payloads(from, from + 1).map((resource) => ({ ...resource, hints: { writeDisposition: "replace" } })),
    })),
  },
  {
    name: "one level of nested tables",
    runs: [{ source: "github", maxTableNesting: 1, resources: payloads(0, 1) }],
  },
];

describe("recorded GitHub webhooks are loaded as dlt loads them", () => {
  const load = sideBySide(cases);

  test.for(cases)("$name", async (one) => {
    const compared = await load(one);
    expect(compared.dlt).not.toHaveProperty("refused");
    expect(differencesOf(compared)).toEqual([]);
  });
});
