// One of several pipelines that merge into the same tables at once. Argument: { url, pipelinesDir, writer, runs, ids }.
// Waits for a line on its standard input, so that all begin together.
import { once } from "node:events";
import { pathToFileURL } from "node:url";

const dist = pathToFileURL(`${process.env.LEAT_DIST ?? new URL("../../dist", import.meta.url).pathname}/`);
const { pipeline, resource, source } = await import(new URL("index.js", dist).href);
const { postgres } = await import(new URL("destinations/postgres/index.js", dist).href);

const { url, pipelinesDir, writer, runs, ids } = JSON.parse(process.argv[2]);

/** Half of the rows are those of everybody. What is nested tells whose it is. */
const rows = (run) =>
  Array.from({ length: ids }, (_, index) => {
    const id = index % 2 === 0 ? index : 1000 * (writer + 1) + index;
    return { id, writer, run, lines: Array.from({ length: (id + run) % 3 }, (_, line) => ({ of: id, writer, run, line })) };
  });
const merged = source("merged", () =>
  ["delete-insert", "upsert"].map((strategy) =>
    resource(strategy.replace("-", "_"), { writeDisposition: { disposition: "merge", strategy }, primaryKey: "id" }, () => rows(current)),
  ),
);

let current = 0;
process.stdout.write("ready\n");
await once(process.stdin, "data");
for (current = 0; current < runs; current += 1) {
  const p = pipeline({ name: `merger_${writer}`, destination: postgres(url), datasetName: "shared", pipelinesDir, progress: "none" });
  await p.run(merged());
}
process.exit();
