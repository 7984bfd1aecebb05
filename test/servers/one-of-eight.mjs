// One of several processes that run the same pipeline at once, each in a working directory of its own: runs one resource of the source, some times.
// Argument: { url, pipelinesDir, resource, runs }. Waits for a line on its standard input, so that all begin together.
import { once } from "node:events";
import { pathToFileURL } from "node:url";

const dist = pathToFileURL(`${process.env.LEAT_DIST ?? new URL("../../dist", import.meta.url).pathname}/`);
const { current, pipeline, resource, source } = await import(new URL("index.js", dist).href);
const { postgres } = await import(new URL("destinations/postgres/index.js", dist).href);

const { url, pipelinesDir, resource: chosen, runs } = JSON.parse(process.argv[2]);

const names = Array.from({ length: 8 }, (_, index) => `part_${index}`);
const parts = source("parts", () =>
  names.map((name) =>
    resource(name, { stateAccess: "write" }, function* ({ state }) {
      state.runs = (state.runs ?? 0) + 1;
      current.sourceState()[`seen_${name}`] = state.runs;
      yield { run: state.runs, [`only_in_${name}`]: true, lines: [{ of: name }] };
    }),
  ),
);

process.stdout.write("ready\n");
await once(process.stdin, "data");
for (let run = 0; run < runs; run += 1) {
  const p = pipeline({ name: "eight", destination: postgres(url), datasetName: "shared", pipelinesDir, progress: "none" });
  await p.run(parts().withResources(chosen));
}
process.exit();
