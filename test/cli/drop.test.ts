import { describe, expect, test } from "vitest";
import { Project } from "./project.ts";

const shop = `
import { pipeline, resource, current } from "leat";
import { duckdb } from "leat/destinations/duckdb";
const p = pipeline({ name: "shop", destination: duckdb("shop.duckdb"), datasetName: "data", progress: "none" });
const orders = resource("orders", function* ({ state }) {
  state["n"] = (state["n"] ?? 0) + 1;
  current.sourceState()["archives"] = ["2024-01", "2024-02"];
  yield [{ n: state["n"], lines: [{ sku: "a" }, { sku: "b" }] }];
});
const people = resource("people", function* ({ state }) {
  state["n"] = (state["n"] ?? 0) + 1;
  yield { n: state["n"] };
});
`;

/** A pipeline that has run once, and what its script prints. */
async function ran(): Promise<Project> {
  const project = new Project({
    "main.ts": `${shop} await p.run([orders, people]);`,
    "show.ts": `${shop} await using sql = p.sqlClient();
      const count = async (table) => (await sql.query("SELECT count(*) AS n FROM " + table).catch(() => [{ n: "gone" }]))[0].n;
      console.log(JSON.stringify({ orders: await count("orders"), lines: await count("orders__lines"), people: await count("people"), sources: p.state.sources.shop }));`,
  });
  await project.leat(["run", "main.ts"]);
  return project;
}

async function shown(project: Project): Promise<Record<string, unknown>> {
  const { stdout, stderr } = await project.leat(["run", "show.ts"]);
  expect(stderr).toBe("");
  return JSON.parse(stdout) as Record<string, unknown>;
}

const steady = (text: string, project: Project): string => text.replaceAll(project.dir, "<dir>");

describe("leat pipeline NAME drop", () => {
  test("S44 shows what goes, and drops it", async () => {
    const project = await ran();
    const { code, stdout, stderr } = await project.leat(["pipeline", "shop", "drop", "orders", "--state-paths", "archives", "-y"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(steady(stdout, project)).toMatchInlineSnapshot(`
      "Pipeline shop: this is dropped, of schema shop in dataset data in <dir>/shop.duckdb
        table       orders__lines  2 rows
        table       orders         1 row
        resource    orders         with its state
        state path  shop.archives
      The next run loads these resources from the start, where the source still has their rows.
      Dropped.
      "
    `);
    expect(await shown(project)).toEqual({ orders: "gone", lines: "gone", people: 1, sources: { resources: { people: { n: 1 } } } });
  });

  test("S45 drops state paths alone", async () => {
    const project = await ran();
    const { code, stdout } = await project.leat(["pipeline", "shop", "drop", "--state-paths", "archives[0]", "resources.orders", "--yes"]);
    expect(code).toBe(0);
    expect(steady(stdout, project)).toMatchInlineSnapshot(`
      "Pipeline shop: this is dropped, of schema shop in dataset data in <dir>/shop.duckdb
        state path  shop.archives[0]
        state path  shop.resources.orders
      No table is touched.
      Dropped.
      "
    `);
    const sources = { archives: ["2024-02"], resources: { people: { n: 1 } } };
    expect(await shown(project)).toEqual({ orders: 1, lines: 2, people: 1, sources });
  });

  test("S43 drops all of a schema, as JSON", async () => {
    const project = await ran();
    const { code, stdout } = await project.leat(["pipeline", "shop", "drop", "--drop-all", "--yes", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      pipeline: "shop",
      datasetName: "data",
      destinationPlace: `${project.dir}/shop.duckdb`,
      schemaName: "shop",
      resources: ["orders", "people"],
      statePaths: [],
      isDryRun: false,
      tables: [
        { name: "people", rows: 1 },
        { name: "orders__lines", rows: 2 },
        { name: "orders", rows: 1 },
      ],
      warnings: [],
    });
  });

  test("without a terminal --yes is needed, and a dry run asks nothing; both change nothing", async () => {
    const project = await ran();
    const before = await shown(project);
    const asked = await project.leat(["pipeline", "shop", "drop", "orders"]);
    expect(asked.code).toBe(2);
    expect(asked.stderr).toContain("--yes has to be given");
    const dry = await project.leat(["pipeline", "shop", "drop", "orders", "--dry-run", "--json"]);
    expect(dry.code).toBe(0);
    expect(JSON.parse(dry.stdout)).toMatchObject({ isDryRun: true, resources: ["orders"] });
    expect(await shown(project)).toEqual(before);
  });

  test("stops with words when nothing is selected, and when nothing matches", async () => {
    const project = await ran();
    const nothing = await project.leat(["pipeline", "shop", "drop"]);
    expect([nothing.code, nothing.stdout]).toEqual([2, ""]);
    expect(nothing.stderr).toContain("Nothing is selected");
    const unmatched = await project.leat(["pipeline", "shop", "drop", "order", "--yes"]);
    expect(unmatched.code).toBe(2);
    expect(unmatched.stderr).toContain("`order` matches no resource with tables or state in schema `shop`. It has `orders`, `people`.");
    const unknown = await project.leat(["pipeline", "nope", "drop", "--drop-all", "--yes"]);
    expect(unknown.code).toBe(2);
  });

  test("names the packages that wait", async () => {
    const project = await ran();
    project.write("extract.ts", `${shop} await p.extract([orders]);`);
    await project.leat(["run", "extract.ts"]);
    const { code, stderr } = await project.leat(["pipeline", "shop", "drop", "orders", "--yes"]);
    expect(code).toBe(6);
    expect(stderr).toContain("leat pipeline shop abort-packages");
  });
});
