import { describe, expect, test } from "vitest";
import { DriverFailure } from "../../core/driver-failure.ts";
import { loadS3, loadS3Upload } from "./s3-api.ts";
import { isMissingObject, s3Failure } from "./s3-failure.ts";

const subject = { bucket: "lake", key: "s3://lake/data/init" };

/** As the SDK throws them. */
function thrown(name: string, message: string, more: object = {}): Error {
  return Object.assign(new Error(message), { name }, more);
}

const status = (httpStatusCode: number) => ({ $metadata: { httpStatusCode } });

describe("a failure of S3", () => {
  test.each([
    [thrown("NoSuchBucket", "The specified bucket does not exist", status(404)), "There is no bucket `lake`", false],
    [thrown("CredentialsProviderError", "Could not load credentials from any providers"), "There are no credentials", false],
    [thrown("Error", "Region is missing"), "Set `credentials.region_name`", false],
    [thrown("InvalidAccessKeyId", "The key does not exist", status(403)), "S3 refused the credentials", false],
    [thrown("AccessDenied", "Access Denied", status(403)), "S3 does not allow this on `s3://lake/data/init`", false],
    [thrown("PermanentRedirect", "Use another endpoint", status(301)), "is in another region", false],
    [thrown("NoSuchKey", "No such key", status(404)), "is gone", true],
    [thrown("Error", "connect ECONNREFUSED 127.0.0.1:9", { code: "ECONNREFUSED" }), "S3 cannot be reached", true],
    [thrown("TimeoutError", "Connection timed out after 1000 ms"), "S3 cannot be reached", true],
    [thrown("SlowDown", "Reduce your request rate", status(503)), "S3 failed at", true],
    [thrown("InternalError", "We encountered an internal error", status(500)), "S3 failed at", true],
    [thrown("EntityTooLarge", "Too large", status(400)), "S3 failed at", false],
  ])("%s says what to do", (error, text, retryable) => {
    const failure = s3Failure(error, subject);
    expect(failure).toBeInstanceOf(DriverFailure);
    expect(failure).toMatchObject({ kind: "connection", message: expect.stringContaining(text), retryable, cause: error });
  });

  test("that is none of S3 stays as it is", () => {
    const error = new TypeError("Not a function");
    expect(s3Failure(error, subject)).toBe(error);
  });

  test("tells an object that is missing from a bucket that is", () => {
    expect(isMissingObject(thrown("NotFound", "", status(404)))).toBe(true);
    expect(isMissingObject(thrown("NoSuchBucket", "", status(404)))).toBe(false);
    expect(isMissingObject(thrown("Error", "Region is missing"))).toBe(false);
  });
});

test("packages that are missing are named, both at once", async () => {
  const missing = () => Promise.reject(new Error("Cannot find package"));
  for (const load of [loadS3, loadS3Upload])
    await expect(load(missing)).rejects.toMatchObject({ kind: "missing-driver", subject: "@aws-sdk/client-s3 @aws-sdk/lib-storage" });
});
