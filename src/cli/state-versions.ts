import { ConfigError } from "../core/errors.ts";
import { type StateVersion, unknownVersion } from "../pipeline/state-history.ts";
import { loadTime } from "./load-time.ts";

/** The version of a load id, or of a number such as `v3`. Throws ConfigError when there is none, or more than one of that number. */
export function findVersion(text: string, versions: readonly StateVersion[], pipelineName: string): StateVersion {
  const ofLoad = versions.find(({ loadId }) => loadId === text);
  if (ofLoad !== undefined) return ofLoad;
  const [, number] = /^v?(\d+)$/.exec(text) ?? [];
  const found = versions.filter(({ version }) => number !== undefined && version === Number(number));
  if (found.length > 1) {
    const loads = found.map(({ loadId }) => loadId).join(", ");
    throw new ConfigError(
      `There are ${found.length} states with version ${text}, since two machines wrote at once. Give a load id: ${loads}.`,
    );
  }
  if (found[0] === undefined) throw unknownVersion(number === undefined ? `load \`${text}\`` : `version ${number}`, pipelineName, versions);
  return found[0];
}

export function versionText({ version, loadId }: StateVersion): string {
  return `v${version} (load ${loadId}, ${loadTime(loadId)})`;
}

export function versionDocument({ version, loadId, createdAt }: StateVersion): object {
  return { version, loadId, createdAt };
}
