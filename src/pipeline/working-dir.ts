import { existsSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";

/** Where pipelines live unless told otherwise; the same place as dlt's, so that either finds the other's. */
export function defaultPipelinesDir(env: Readonly<Record<string, string | undefined>>): string {
  return join(dataDir(env), "pipelines");
}

function dataDir(env: Readonly<Record<string, string | undefined>>): string {
  if (env["DLT_DATA_DIR"]) return env["DLT_DATA_DIR"];
  if (process.platform !== "win32" && userInfo().uid === 0) return "/var/dlt";
  const inHome = join(homedir(), ".dlt");
  return !existsSync(inHome) && env["XDG_DATA_HOME"] ? join(env["XDG_DATA_HOME"], "dlt") : inHome;
}
