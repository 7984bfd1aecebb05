import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { pipeline } from "../../src/index.ts";
import { createPostgres } from "../destinations.ts";
import { tempDir } from "../temp-dir.ts";

test("two Postgres databases by name, at once", async () => {
  const [hot, cold] = [await createPostgres(), await createPostgres()];
  onTestFinished(() => void vi.unstubAllEnvs());
  for (const [name, { url }] of Object.entries({ HOT: hot, COLD: cold })) {
    vi.stubEnv(`DESTINATION__${name}__DESTINATION_TYPE`, "postgres");
    vi.stubEnv(`DESTINATION__${name}__CREDENTIALS`, url);
  }
  const dir = tempDir();
  const open = (destination: string) =>
    pipeline({ name: destination, destination, datasetName: "data", pipelinesDir: join(dir, "pipelines"), progress: "none" });
  const infos = await Promise.all(
    ["hot", "cold"].map((name) => open(name).run([{ id: name.length, place: name }], { tableName: "items" })),
  );
  expect(infos.map(({ destinationType, destinationName }) => [destinationType, destinationName])).toEqual([
    ["postgres", "hot"],
    ["postgres", "cold"],
  ]);
  expect(await hot.query("SELECT id, place FROM data.items")).toEqual([{ id: 3, place: "hot" }]);
  expect(await cold.query("SELECT id, place FROM data.items")).toEqual([{ id: 4, place: "cold" }]);
});
