import { createHash, randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { filesystem } from "../../src/destinations/filesystem/index.ts";
import { openS3 } from "../../src/drivers/files/s3-files.ts";
import { ConnectionError, type Pipeline, type PipelineOptions, pipeline, resource } from "../../src/index.ts";
import { failure, query } from "../e2e/local-pipeline.ts";
import { type Bucket, newBucket, s3Key, s3Servers } from "../s3-buckets.ts";
import { tempDir } from "../temp-dir.ts";

const open = ({ options }: Bucket, more: PipelineOptions = {}): Pipeline =>
  pipeline({ name: "shop", datasetName: "data", pipelinesDir: tempDir(), progress: "none", destination: filesystem(options), ...more });

const people = [
  { id: 1, name: "Ada", tags: ["a", "b"] },
  { id: 2, name: "Bob", tags: [] },
];

describe.each(s3Servers().map((endpoint, index) => ({ endpoint, server: ["versitygw", "moto"][index] })))(
  "S3 of $server",
  ({ endpoint }) => {
    test("holds the files that a folder would", async () => {
      const bucket = await newBucket(endpoint);
      const p = open(bucket);
      await p.run(people, { tableName: "people" });
      const shapes = (await bucket.keys()).map((key) => key.replaceAll(/\d{10}\.\d+|[0-9a-f]{64}|[0-9a-f]{10}(?=\.jsonl)/g, "*"));
      expect(shapes).toEqual([
        "data/_dlt_loads/shop__*.jsonl",
        "data/_dlt_pipeline_state/shop__*__*.jsonl",
        "data/_dlt_version/shop__*__*.jsonl",
        "data/init",
        "data/people/*.*.jsonl.gz",
        "data/people__tags/*.*.jsonl.gz",
      ]);
      expect(await query(p, "SELECT p.name, t.value FROM people p JOIN people__tags t ON t._dlt_parent_id = p._dlt_id ORDER BY 2")).toEqual(
        [
          { name: "Ada", value: "a" },
          { name: "Ada", value: "b" },
        ],
      );
      expect(await p.dataset().rowCounts()).toEqual({ people: 2, people__tags: 2 });
    });

    test("gives state and schemas to a clean machine; what is replaced or dropped goes", async () => {
      const bucket = await newBucket(endpoint);
      const counter = resource("counts", { stateAccess: "write" }, async function* ({ state }) {
        const mine = state as { n?: number };
        mine.n = (mine.n ?? 0) + 1;
        yield { n: mine.n };
      });
      for (const _ of [1, 2, 3]) await open(bucket).run(counter);
      expect(await query(open(bucket), "SELECT n FROM counts ORDER BY 1")).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
      await open(bucket).run([{ n: 7 }], { tableName: "counts", writeDisposition: "replace" });
      expect(await query(open(bucket), "SELECT n FROM counts")).toEqual([{ n: 7 }]);
      await open(bucket).drop(["counts"]);
      expect((await bucket.keys()).filter((key) => key.startsWith("data/counts/"))).toEqual([]);
      await open(bucket).run(counter);
      expect(await query(open(bucket), "SELECT n FROM counts")).toEqual([{ n: 1 }]);
    });

    test("takes files that are too large for one request, and lists more than one answer holds", async () => {
      const bucket = await newBucket(endpoint);
      const store = await openS3({ bucket: bucket.url.slice("s3://".length), prefix: "of/mine/" }, { endpoint, ...s3Key });
      const path = join(tempDir(), "large");
      const content = randomBytes(70 * 1024 * 1024);
      writeFileSync(path, content);
      await store.upload("large", path);
      expect(sha(await bucket.bytes("of/mine/large"))).toBe(sha(content));
      await store.download("large", `${path} again`);
      expect(sha(readFileSync(`${path} again`))).toBe(sha(content));
      const keys = Array.from({ length: 1005 }, (_, index) => `many/${index}`);
      for (let at = 0; at < keys.length; at += 50) await Promise.all(keys.slice(at, at + 50).map((key) => store.write(key, key)));
      expect((await store.list("many/")).map(({ key }) => key).sort()).toEqual([...keys].sort());
      await store.remove(keys);
      expect(await store.list("many/")).toEqual([]);
      await store.remove(["never there"]);
      expect(await store.exists("large")).toBe(true);
      expect(await store.exists("never there")).toBe(false);
      expect(await store.read("never there")).toBeUndefined();
      await store.close();
    });

    test("may be a folder of a bucket, named in the config as dlt does", async () => {
      const bucket = await newBucket(endpoint);
      const names = {
        DESTINATION__FILESYSTEM__BUCKET_URL: `${bucket.url}/some/where`,
        DESTINATION__FILESYSTEM__CREDENTIALS__AWS_ACCESS_KEY_ID: s3Key.accessKeyId,
        DESTINATION__FILESYSTEM__CREDENTIALS__AWS_SECRET_ACCESS_KEY: s3Key.secretAccessKey,
        DESTINATION__FILESYSTEM__CREDENTIALS__ENDPOINT_URL: endpoint,
        DESTINATION__FILESYSTEM__LAYOUT: "{table_name}/{YYYY}/{load_id}.{file_id}.{ext}",
      };
      Object.assign(process.env, names);
      try {
        const p = open(bucket, { destination: "filesystem" });
        await p.run(people, { tableName: "people" });
        expect((await bucket.keys()).filter((key) => /^some\/where\/data\/people\/\d{4}\//.test(key))).toHaveLength(1);
        expect(await query(p, "SELECT name FROM people ORDER BY 1")).toEqual([{ name: "Ada" }, { name: "Bob" }]);
      } finally {
        for (const name of Object.keys(names)) delete process.env[name];
      }
    });

    test("that has no such bucket says so", async () => {
      const { options } = await newBucket(endpoint);
      const p = open({ options: { ...options, bucketUrl: "s3://leat-no-such-bucket" } } as Bucket);
      const error = await failure(() => p.run(people, { tableName: "people" }));
      expect(error).toBeInstanceOf(ConnectionError);
      expect((error as Error).message).toContain("There is no bucket `leat-no-such-bucket`");
    });
  },
);

describe("S3", () => {
  test("that refuses the key says so, and never tells the secret", async () => {
    const [endpoint = ""] = s3Servers();
    const bucket = await newBucket(endpoint);
    const p = open({
      options: { ...bucket.options, credentials: { endpoint, accessKeyId: "leat", secretAccessKey: "no-secret-of-ours" } },
    } as Bucket);
    const error = (await failure(() => p.run(people, { tableName: "people" }))) as Error;
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.message).toMatch(/refused the credentials for `s3:/);
    expect(JSON.stringify(error) + error.stack).not.toContain("no-secret-of-ours");
  });

  test("that nobody listens at is a failure that may pass", async () => {
    const p = pipeline({
      name: "shop",
      pipelinesDir: join(tempDir(), "p"),
      progress: "none",
      load: { maxRetries: 0 },
      destination: filesystem({ bucketUrl: "s3://any", credentials: { endpoint: "http://127.0.0.1:9", ...s3Key } }),
    });
    const error = await failure(() => p.run(people, { tableName: "people" }));
    expect(error).toMatchObject({ code: "connection", retryable: true });
  });
});

function sha(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
