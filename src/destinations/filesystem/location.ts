import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ConfigError } from "../../core/errors.ts";

/** Where the datasets are. */
export type Location =
  | { readonly kind: "local"; readonly folder: string }
  | { readonly kind: "s3"; readonly bucket: string; readonly prefix: string };

/** Throws ConfigError for storage that leat does not have. */
export function locationOf(bucketUrl: string, cwd: string): Location {
  if (bucketUrl.trim() === "")
    throw new ConfigError("The `bucket_url` of the filesystem destination is empty. Write a path or `s3://bucket/folder`.");
  const [, protocol] = /^([a-z][a-z0-9+.-]+):/i.exec(bucketUrl) ?? [];
  switch (protocol?.toLowerCase()) {
    case undefined:
      return { kind: "local", folder: resolve(cwd, bucketUrl) };
    case "file":
      return { kind: "local", folder: pathOf(bucketUrl) };
    case "s3":
    case "s3a":
      return bucketOf(bucketUrl);
    default:
      throw new ConfigError(
        `The \`bucket_url\` ${JSON.stringify(withoutPassword(bucketUrl))} is of a storage that leat does not have. It has folders (a path, or \`file:\`) and S3 (\`s3://bucket/folder\`, also of other services with \`endpoint_url\`).`,
      );
  }
}

/** A path or a URL, for people. */
export function locationText(location: Location): string {
  return location.kind === "local" ? location.folder : `s3://${location.bucket}/${location.prefix}`.replace(/\/$/, "");
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw new ConfigError(`The \`bucket_url\` ${JSON.stringify(url)} is no URL of a folder. Write \`file:///absolute/path\`, or a path.`, {
      cause,
    });
  }
}

function bucketOf(url: string): Location {
  const [, bucket = "", path = ""] = /^[a-z0-9]+:\/\/([^/]*)\/*(.*?)\/*$/is.exec(url) ?? [];
  if (bucket.includes("@"))
    throw new ConfigError(
      `The \`bucket_url\` ${JSON.stringify(withoutPassword(url))} has credentials in it, where they would be shown. Write them to \`credentials.aws_access_key_id\` and \`credentials.aws_secret_access_key\`.`,
    );
  if (bucket === "") throw new ConfigError(`The \`bucket_url\` ${JSON.stringify(url)} names no bucket. Write \`s3://bucket/folder\`.`);
  return { kind: "s3", bucket, prefix: path === "" ? "" : `${path}/` };
}

function withoutPassword(url: string): string {
  return url.replace(/\/\/[^/@]*@/, "//*****@");
}
