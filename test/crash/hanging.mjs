// A run that is cancelled while its only resource waits for something that never comes, with nothing else in the process.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const dist = pathToFileURL(`${process.env.LEAT_DIST ?? new URL("../../dist", import.meta.url).pathname}/`);
const { pipeline, resource } = await import(new URL("index.js", dist).href);

const [, , dir] = process.argv;
const controller = new AbortController();
const hanging = resource("hanging", async function* () {
  yield { id: 1 };
  setTimeout(() => controller.abort(), 20);
  await new Promise(() => {});
});
const p = pipeline({ name: "shop", destination: "duckdb", pipelinesDir: dir, progress: "none", restoreFromDestination: false });
try {
  await p.run(hanging, { signal: controller.signal });
} catch (error) {
  console.log(error.code, JSON.stringify(readdirSync(join(dir, "shop")).filter((name) => name.startsWith("leat.lock"))));
}
