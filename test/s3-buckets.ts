import { randomBytes } from "node:crypto";
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import type { FilesystemOptions } from "../src/destinations/filesystem/index.ts";

/** What scripts/s3-env.sh starts. */
export const s3Key = { accessKeyId: "leat", secretAccessKey: "leat-secret" };

/** The servers that LEAT_TEST_S3 names. */
export function s3Servers(): readonly string[] {
  const urls = process.env["LEAT_TEST_S3"];
  if (urls === undefined) throw new Error("LEAT_TEST_S3 names no servers. Run `npm run test:all`, which starts them.");
  return urls.split(" ");
}

/** A bucket of its own. */
export interface Bucket {
  readonly url: string;
  /** What filesystem() needs to get there. */
  readonly options: FilesystemOptions & { readonly bucketUrl: string };
  /** Keys of all objects, in order. */
  keys(): Promise<string[]>;
  bytes(key: string): Promise<Uint8Array>;
}

export async function newBucket(endpoint: string): Promise<Bucket> {
  const name = `leat-${randomBytes(6).toString("hex")}`;
  await s3Client(endpoint).send(new CreateBucketCommand({ Bucket: name }));
  return bucketAt(endpoint, `s3://${name}`);
}

/** One that is there. */
export function bucketAt(endpoint: string, url: string): Bucket {
  const client = s3Client(endpoint);
  const name = url.slice("s3://".length);
  return {
    url,
    options: { bucketUrl: url, credentials: { endpoint, ...s3Key } },
    async keys() {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: name }));
      return Contents.map((object) => object.Key ?? "").sort();
    },
    async bytes(key) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: name, Key: key }));
      return await Body!.transformToByteArray();
    },
  };
}

/** A client of the tests themselves. */
export function s3Client(endpoint: string): S3Client {
  return new S3Client({ endpoint, region: "us-east-1", credentials: s3Key, forcePathStyle: true });
}
