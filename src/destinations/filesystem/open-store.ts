import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { DriverFailure } from "../../core/driver-failure.ts";
import { ConfigError } from "../../core/errors.ts";
import type { OpenContext } from "../../destination-kit/index.ts";
import type { FileStore } from "../../drivers/files/file-store.ts";
import { LocalFiles } from "../../drivers/files/local-files.ts";
import type { FilesystemConfig } from "./config.ts";
import { locationOf } from "./location.ts";

/** Where the datasets are. Throws ConfigError, DriverFailure. */
export async function openStore(
  { bucketUrl, credentials }: FilesystemConfig,
  { context, dataset }: { readonly context: OpenContext; readonly dataset: string },
): Promise<FileStore> {
  const location = locationOf(bucketUrl, context.cwd);
  if (location.kind === "local") {
    if (context.mustExist && !existsSync(location.folder))
      throw new DriverFailure("connection", `There is no folder \`${location.folder}\`.`);
    // A working directory is locked by who writes from it.
    const writer = `${hostname()} ${context.workingDir}`;
    return new LocalFiles({ root: location.folder, unfinished: `${dataset}/.leat_unfinished`, writer });
  }
  checkKeys(credentials);
  const { openS3 } = await import("../../drivers/files/s3-files.ts");
  return await openS3(location, {
    accessKeyId: credentials.awsAccessKeyId,
    secretAccessKey: credentials.awsSecretAccessKey,
    sessionToken: credentials.awsSessionToken,
    profile: credentials.profileName,
    region: credentials.regionName,
    endpoint: credentials.endpointUrl,
    urlStyle: credentials.s3UrlStyle,
  });
}

/** A part of a key would be left aside for one that is found elsewhere. */
function checkKeys({ awsAccessKeyId, awsSecretAccessKey, awsSessionToken }: FilesystemConfig["credentials"]): void {
  const isWhole = awsAccessKeyId !== undefined && awsSecretAccessKey !== undefined;
  const isNone = awsAccessKeyId === undefined && awsSecretAccessKey === undefined && awsSessionToken === undefined;
  if (isWhole || isNone) return;
  throw new ConfigError(
    "The `credentials` of the filesystem destination are not whole: `aws_access_key_id` and `aws_secret_access_key` belong together, `aws_session_token` to both. " +
      "Set them, or none of them to use those that AWS finds: its variables, a profile, a role of the machine.",
  );
}
