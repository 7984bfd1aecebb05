import { DriverFailure } from "../../core/driver-failure.ts";

/** What a request was about. */
export interface S3Subject {
  readonly bucket: string;
  /** As a URL. */
  readonly key: string;
}

/** Each known failure says what to do; what is neither S3's nor the network's stays as it is. */
export function s3Failure(error: unknown, subject: S3Subject): unknown {
  if (error instanceof DriverFailure || !(error instanceof Error)) return error;
  const { name, message, status, code } = foundIn(error);
  const failed = (text: string, retryable = false): DriverFailure => new DriverFailure("connection", text, { cause: error, retryable });
  if (name === "NoSuchBucket")
    return failed(
      `There is no bucket \`${subject.bucket}\`. Create it, or correct \`bucket_url\`; with a service that is not AWS, \`endpoint_url\`.`,
    );
  if (name === "CredentialsProviderError" || /could not load credentials|credential is missing/i.test(message))
    return failed(
      `There are no credentials for \`${subject.key}\`. Set \`credentials.aws_access_key_id\` and \`credentials.aws_secret_access_key\` of the destination, ` +
        "or give AWS' own: AWS_ACCESS_KEY_ID, a profile, a role of the machine.",
    );
  if (/region is missing/i.test(message))
    return failed("The region of the bucket is not known. Set `credentials.region_name` of the destination, or AWS_REGION.");
  if (["InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "TokenRefreshRequired"].includes(name))
    return failed(`S3 refused the credentials for \`${subject.key}\` (${name}: ${message}). Correct them.`);
  if (status === 401 || status === 403)
    return failed(
      `S3 does not allow this on \`${subject.key}\` (${name}). Give these credentials the rights to list, read, write and delete there.`,
    );
  if (status === 301 || name === "PermanentRedirect" || name === "AuthorizationHeaderMalformed")
    return failed(
      `The bucket \`${subject.bucket}\` is in another region (${message}). Set \`credentials.region_name\` of the destination.`,
    );
  if (name === "NoSuchKey" || status === 404)
    return failed(`\`${subject.key}\` is gone. Was it removed while it was read? Run again.`, true);
  if (code !== undefined || /timeout|socket hang up|premature close/i.test(`${name} ${message}`))
    return failed(
      `S3 cannot be reached for \`${subject.key}\`: ${message} (${code ?? name}). Is \`endpoint_url\` right, and the network there?`,
      true,
    );
  if (status === undefined) return error;
  return failed(`S3 failed at \`${subject.key}\`: ${name}: ${message}`, status >= 500 || status === 429 || name === "SlowDown");
}

export function isMissingObject(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { name, status } = foundIn(error);
  return name === "NoSuchKey" || (name !== "NoSuchBucket" && status === 404);
}

/** Of a request that the service does not know, or does not allow. */
export function isRefused(error: unknown): boolean {
  return error instanceof Error && [403, 405, 501].includes(foundIn(error).status ?? 0);
}

interface Found {
  readonly name: string;
  readonly message: string;
  /** Of the answer, where there was one. */
  readonly status: number | undefined;
  /** Of the network, such as `ECONNREFUSED`. */
  readonly code: string | undefined;
}

function foundIn(error: Error): Found {
  const { $metadata, code, Code } = error as Error & {
    readonly $metadata?: { readonly httpStatusCode?: number };
    readonly code?: unknown;
    readonly Code?: unknown;
  };
  const network = typeof code === "string" && /^E[A-Z_]+$/.test(code) ? code : undefined;
  return {
    name: typeof Code === "string" ? Code : error.name,
    message: error.message === "" ? error.name : error.message,
    status: $metadata?.httpStatusCode,
    code: network,
  };
}
