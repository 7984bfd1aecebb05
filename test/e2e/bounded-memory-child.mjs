// Extracts and normalizes rows of so many megabytes with the built package, and prints the peak memory of the process. usage: MEGABYTES pages|large FOLDER
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const dist = pathToFileURL(`${process.env.LEAT_DIST ?? new URL("../../dist", import.meta.url).pathname}/`);
const { pipeline, resource } = await import(new URL("index.js", dist).href);
const { duckdb } = await import(new URL("destinations/duckdb/index.js", dist).href);

const [megabytes, kind, folder] = process.argv.slice(2);
const bytes = Number(megabytes) * 1e6;

const rows = resource("rows", function* () {
  for (let made = 0, id = 0; made < bytes; made += 1e6, id += 1000)
    yield kind === "pages" ? page(id) : { id, text: String(id).padEnd(1e6, "x") };
});

/** A thousand rows of a kilobyte each. */
function page(first) {
  return Array.from({ length: 1000 }, (_, index) => ({
    id: first + index,
    text: String(first + index).padEnd(950, "x"),
    tags: [{ tag: index }],
  }));
}

const peak = () => Math.round(process.resourceUsage().maxRSS / 1024);

const p = pipeline({
  name: "memory",
  destination: duckdb(join(folder, "memory.duckdb")),
  pipelinesDir: join(folder, "pipelines"),
  progress: "none",
});
await p.extract(rows);
const afterExtract = peak();
await p.normalize();
console.log(JSON.stringify({ afterExtract, afterNormalize: peak() }));
