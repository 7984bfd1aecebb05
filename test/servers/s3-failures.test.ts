import { createHash, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ListMultipartUploadsCommand } from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { filesystem } from "../../src/destinations/filesystem/index.ts";
import { openS3 } from "../../src/drivers/files/s3-files.ts";
import { type Pipeline, type PipelineEvent, pipeline, resource } from "../../src/index.ts";
import { failure, query } from "../e2e/local-pipeline.ts";
import { type Bucket, newBucket, s3Client, s3Key, s3Servers } from "../s3-buckets.ts";
import { tempDir } from "../temp-dir.ts";
import { ownServer } from "./s3/own-server.ts";
import { type Fate, unsteadyProxy } from "./s3/unsteady-proxy.ts";

/** The second time with a new column, so that schema and state are stored again. */
const data = (count: number) => [
  resource("items", { writeDisposition: "append" }, function* ({ state }) {
    Object.assign(state, { count });
    yield { id: count, tags: ["a", "b"], [`note_${count}`]: "new" };
  }),
  resource("days", { writeDisposition: "replace" }, [{ id: count }]),
];

interface World {
  readonly events: PipelineEvent[];
  open(): Pipeline;
}

function world({ url }: Bucket, endpoint: string): World {
  const pipelinesDir = join(tempDir(), "pipelines");
  const events: PipelineEvent[] = [];
  const destination = () => filesystem({ bucketUrl: url, credentials: { endpoint, ...s3Key } });
  const base = { name: "shop", datasetName: "data", pipelinesDir, progress: "none", load: { maxRetries: 8 } } as const;
  return { events, open: () => pipeline({ ...base, destination: destination(), onEvent: (event) => void events.push(event) }) };
}

/** After two loads: exactly the rows, one file and one record for each. */
async function expectTwoLoads(bucket: Bucket, p: Pipeline): Promise<void> {
  expect(await query(p, "SELECT id FROM items ORDER BY 1")).toEqual([{ id: 1 }, { id: 2 }]);
  expect(await query(p, "SELECT count(*) AS n FROM items__tags")).toEqual([{ n: 4 }]);
  expect(await query(p, "SELECT id FROM days")).toEqual([{ id: 2 }]);
  const keys = await bucket.keys();
  const count = (folder: string): number => keys.filter((key) => key.startsWith(`data/${folder}/`)).length;
  expect(["items", "items__tags", "days", "_dlt_loads"].map(count)).toEqual([2, 2, 1, 2]);
  expect(p.hasPendingData).toBe(false);
}

describe.each(s3Servers().map((endpoint, index) => ({ endpoint, server: ["versitygw", "moto"][index] })))(
  "a connection to S3 of $server",
  ({ endpoint, server }) => {
    // More often than the client of S3 tries by itself.
    const places: readonly (readonly [what: string, path: RegExp, times: number])[] = [
      ["in the middle of a file", /^PUT .*\/data\/items\//, 5],
      ["in the middle of the schema", /^PUT .*\/data\/_dlt_version\//, 5],
      ["in the middle of the state", /^PUT .*\/data\/_dlt_pipeline_state\//, 5],
      ["in the middle of the load record", /^PUT .*\/data\/_dlt_loads\//, 5],
      ["while a replaced file is removed", /^DELETE .*\/data\/days\//, 5],
    ];

    const all = places.flatMap((place) => (["cut", "lost"] as const).map((fate) => [...place, fate] as const));
    test.each(server === "moto" ? all.slice(-4) : all)(
      "that breaks %s, at %s, %i times (%s): the next attempt goes on, and every row is there once",
      async (_, path, times, fate) => {
        const bucket = await newBucket(endpoint);
        const proxy = await unsteadyProxy(endpoint);
        const it = world(bucket, proxy.url);
        await it.open().run(data(1));
        let broken = 0;
        proxy.decide((request): Fate => {
          if (broken === times || !path.test(request)) return "pass";
          broken += 1;
          return fate;
        });
        it.events.length = 0;
        await it.open().run(data(2));
        // A record whose answer was lost is there: after the client's own attempts nothing is left to do.
        expect(broken).toBeGreaterThanOrEqual(3);
        expect(it.events.filter((event) => event.type === "warning" && event.code === "load-retried").length).toBeGreaterThan(0);
        await expectTwoLoads(bucket, it.open());
      },
    );

    test("that does not come back leaves a package that waits, and the next run finishes it", async () => {
      const bucket = await newBucket(endpoint);
      const proxy = await unsteadyProxy(endpoint);
      const it = world(bucket, proxy.url);
      await it.open().run(data(1));
      proxy.decide((request) => (/^PUT .*\/data\/_dlt_loads\//.test(request) ? "cut" : "pass"));
      const p = pipeline({ ...optionsOf(it, bucket, proxy.url), load: { maxRetries: 0 } });
      expect(await failure(() => p.run(data(2)))).toMatchObject({ code: "connection", retryable: true });
      expect(p.hasPendingData).toBe(true);
      // What lies there does not count.
      expect(await query(p, "SELECT id FROM items")).toEqual([{ id: 1 }]);
      proxy.decide(() => "pass");
      await p.run();
      await expectTwoLoads(bucket, p);
    });

    test("that breaks while a large file goes in parts leaves no parts behind", async () => {
      const bucket = await newBucket(endpoint);
      const proxy = await unsteadyProxy(endpoint);
      const name = bucket.url.slice("s3://".length);
      const store = await openS3({ bucket: name, prefix: "" }, { endpoint: proxy.url, ...s3Key });
      const path = join(tempDir(), "large");
      const content = randomBytes(20 * 1024 * 1024);
      writeFileSync(path, content);
      const unfinished = async () => (await s3Client(endpoint).send(new ListMultipartUploadsCommand({ Bucket: name }))).Uploads ?? [];

      proxy.decide((request) => (/partNumber=2/.test(request) ? "cut" : "pass"));
      await expect(store.upload("folder/large", path)).rejects.toMatchObject({ kind: "connection", retryable: true });
      expect(await unfinished()).toEqual([]);
      expect(await store.exists("folder/large")).toBe(false);

      // As when the process is killed there: nobody ends it.
      proxy.decide((request) => (/partNumber=2|^DELETE/.test(request) ? "cut" : "pass"));
      await expect(store.upload("folder/large", path)).rejects.toMatchObject({ kind: "connection" });
      expect(await unfinished()).toHaveLength(1);
      proxy.decide(() => "pass");
      await store.upload("folder/large", path);
      expect(await unfinished()).toEqual([]);
      expect(sha(await bucket.bytes("folder/large"))).toBe(sha(content));
      await store.close();
    });
  },
);

describe("an S3 server that is killed and comes back", () => {
  test.each([
    ["after the first job", /^PUT .*\/data\/(items|days)/, "after"],
    ["before the load record", /^PUT .*\/data\/_dlt_loads\//, "before"],
    ["once it has the load record, and nobody knows", /^PUT .*\/data\/_dlt_loads\//, "after"],
  ] as const)("%s: every row is there once, and one load record", async (_, path, when) => {
    const server = await ownServer();
    const bucket = await newBucket(server.url);
    const proxy = await unsteadyProxy(server.url);
    const it = world(bucket, proxy.url);
    await it.open().run(data(1));
    let phase: "waiting" | "answered" | "killed" = "waiting";
    let restarted: Promise<void> | undefined;
    proxy.decide(async (request): Promise<Fate> => {
      if (phase === "killed" || (phase === "waiting" && !path.test(request))) return "pass";
      if (phase === "waiting" && when === "after") {
        phase = "answered";
        return "lost";
      }
      phase = "killed";
      await server.kill();
      restarted = new Promise((resolve) => setTimeout(resolve, 1000)).then(() => server.start());
      return "cut";
    });
    await it.open().run(data(2));
    expect(phase).toBe("killed");
    await restarted;
    await expectTwoLoads(bucket, it.open());
  });
});

function optionsOf(it: World, bucket: Bucket, endpoint: string) {
  const destination = filesystem({ bucketUrl: bucket.url, credentials: { endpoint, ...s3Key } });
  return { name: "shop", datasetName: "data", pipelinesDir: join(it.open().workingDir, ".."), progress: "none", destination } as const;
}

function sha(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
