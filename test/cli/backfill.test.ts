import { describe, expect, test } from "vitest";
import { Project } from "./project.ts";

const script = `
import { pipeline, resource } from "leat";
import { duckdb } from "leat/destinations/duckdb";
export const p = pipeline({ name: "shop", destination: duckdb("shop.duckdb"), datasetName: "data" });
export const events = resource("events", { incremental: { cursorPath: "at", initialValue: 0 } }, async function* ({ incremental }) {
  for (let at = incremental.startValue; at < incremental.endValue!; at += 1) yield { at };
});
export default events;
`;
const flags = ["--from", "0", "--to", "30", "--every", "10"];

describe("leat backfill", () => {
  test("loads the ranges that are missing, and prints what it did", async () => {
    const project = new Project({ "main.ts": script });
    const first = await project.leat(["backfill", "main.ts", ...flags, "--parallel", "2"]);
    expect({ code: first.code, out: first.stdout.includes("events") }).toEqual({ code: 0, out: true });
    expect(await project.values("shop.duckdb", "SELECT count(*) FROM data.events")).toEqual(["30"]);
    const second = await project.leat(["backfill", "main.ts", "--from", "20", "--to", "40", "--every", "5", "--json"]);
    expect(second.code).toBe(0);
    expect((JSON.parse(second.stdout) as { rowCounts: object }[])[0]!.rowCounts).toMatchObject({ events: 10 });
    expect(await project.values("shop.duckdb", 'SELECT count(DISTINCT "at") FROM data.events')).toEqual(["40"]);
  });

  test("says what a script or a flag lacks", async () => {
    const project = new Project({ "main.ts": script, "empty.ts": "export {};" });
    const told = async (...args: string[]): Promise<string> => {
      const { code, stderr } = await project.leat(["backfill", ...args]);
      expect(code).toBe(2);
      return stderr;
    };
    expect(await told("empty.ts", ...flags)).toContain("exports no pipeline");
    expect(await told("main.ts", "--from", "0", "--to", "30")).toContain("--every");
    expect(await told("main.ts", ...flags, "--export", "others")).toContain("it has default, events");
    expect(await told("main.ts", "--from", "monday", "--to", "30", "--every", "10")).toContain("no number");
    expect(await told("main.ts", ...flags, "--parallel", "many")).toContain("parallel");
  });
});
