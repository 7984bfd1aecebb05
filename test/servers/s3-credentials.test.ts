import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type FilesystemOptions, filesystem } from "../../src/destinations/filesystem/index.ts";
import { type PipelineEvent, pipeline } from "../../src/index.ts";
import { failure } from "../e2e/local-pipeline.ts";
import { newBucket, s3Key, s3Servers } from "../s3-buckets.ts";
import { tempDir } from "../temp-dir.ts";

afterEach(() => vi.unstubAllEnvs());

const [endpoint = ""] = s3Servers();
const open = (options: FilesystemOptions, pipelinesDir = tempDir(), onEvent = (_: PipelineEvent): void => {}) =>
  pipeline({ name: "shop", datasetName: "data", pipelinesDir, progress: "none", destination: filesystem(options), onEvent });

describe("credentials that are given nowhere come from AWS' own places:", () => {
  test("variables", async () => {
    const { url: bucketUrl, keys } = await newBucket(endpoint);
    vi.stubEnv("AWS_ACCESS_KEY_ID", s3Key.accessKeyId);
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", s3Key.secretAccessKey);
    vi.stubEnv("AWS_REGION", "us-east-1");
    await open({ bucketUrl, credentials: { endpoint } }).run([{ id: 1 }], { tableName: "docs" });
    expect(await keys()).toContain("data/init");
  });

  test("a profile that the config names", async () => {
    const { url: bucketUrl, keys } = await newBucket(endpoint);
    const path = join(tempDir(), "credentials");
    const profile = (name: string, secret: string) => `[${name}]\naws_access_key_id = leat\naws_secret_access_key = ${secret}\n`;
    writeFileSync(path, profile("default", "another") + profile("loader", s3Key.secretAccessKey));
    vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", path);
    vi.stubEnv("DESTINATION__FILESYSTEM__CREDENTIALS__PROFILE_NAME", "loader");
    await open({ bucketUrl, credentials: { endpoint } }).run([{ id: 1 }], { tableName: "docs" });
    expect(await keys()).toContain("data/init");
  });

  test("a key without its secret is none, and refused", async () => {
    const error = await failure(() =>
      open({ bucketUrl: "s3://any", credentials: { endpoint, accessKeyId: "leat" } }).run([{ id: 1 }], { tableName: "docs" }),
    );
    expect(error).toMatchObject({ code: "config", message: expect.stringContaining("belong together") });
  });
});

describe("secrets are never told:", () => {
  const secrets = { secretAccessKey: "the-secret-of-nobody", sessionToken: "the-token-of-nobody" };
  const told = (...things: readonly unknown[]): string =>
    things.map((thing) => inspect(thing, { depth: 30, maxStringLength: null })).join("\n") + JSON.stringify(things);

  test("by errors, events, the trace, or any file of the pipeline", async () => {
    const { url: bucketUrl } = await newBucket(endpoint);
    const pipelinesDir = tempDir();
    const events: PipelineEvent[] = [];
    const lines: string[] = [];
    for (const stream of [process.stdout, process.stderr])
      vi.spyOn(stream, "write").mockImplementation((line) => lines.push(String(line)) > 0);
    vi.stubEnv("RUNTIME__LOG_LEVEL", "DEBUG");
    const p = open(
      { bucketUrl, credentials: { endpoint, accessKeyId: "leat", ...secrets } },
      pipelinesDir,
      (event) => void events.push(event),
    );
    const error = await p.run([{ id: 1 }], { tableName: "docs" }).catch((thrown: unknown) => thrown);
    vi.restoreAllMocks();
    expect(error).toMatchObject({ code: "step-failed", cause: { code: "connection" } });
    const files = readdirSync(pipelinesDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.length).toBeGreaterThan(0);
    const contents = files.map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"));
    const all = told(error, p, events, p.lastTrace) + contents.join("\n") + lines.join("\n") + String((error as Error).stack);
    for (const secret of Object.values(secrets)) expect(all.includes(secret), secret).toBe(false);
  });

  test("by an error of a URL that has them", async () => {
    const error = await failure(() =>
      open({ bucketUrl: "s3://leat:the-secret-of-nobody@bucket/folder" }).run([{ id: 1 }], { tableName: "docs" }),
    );
    expect(error).toMatchObject({ code: "config", message: expect.stringContaining("s3://*****@bucket/folder") });
    expect(told(error)).not.toContain("the-secret-of-nobody");
  });
});
