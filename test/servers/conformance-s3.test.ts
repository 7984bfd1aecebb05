import { describe, test } from "vitest";
import { filesystem } from "../../src/destinations/filesystem/index.ts";
import { destinationConformance } from "../../src/testing/conformance/destination-conformance.ts";
import { notForFiles } from "../e2e/not-for-files.ts";
import { newBucket, s3Key, s3Servers } from "../s3-buckets.ts";

describe.each(s3Servers().map((endpoint, index) => ({ endpoint, server: ["versitygw", "moto"][index] })))("S3 of $server", ({ endpoint }) =>
  destinationConformance({
    test,
    open: async () => filesystem((await newBucket(endpoint)).options),
    skip: notForFiles,
    unreachable: () => filesystem({ bucketUrl: "s3://any", credentials: { endpoint: "http://127.0.0.1:9", ...s3Key } }),
  }),
);
