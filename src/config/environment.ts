import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "../core/errors.ts";
import type { ConfigEnvironment } from "./config-environment.ts";
import type { ConfigProvider, FoundValue } from "./provider.ts";

/** Environment variables, `SOURCES__CRM__API_TOKEN`; for secrets first the files of a container, `sources--crm--api-token`. */
export function environmentProvider({ env, runSecretsDir }: ConfigEnvironment): ConfigProvider {
  const runSecrets = runSecretsDir === undefined ? undefined : openRunSecrets(runSecretsDir);
  return {
    name: "environment",
    holdsSecrets: true,
    locations: runSecretsDir === undefined ? [] : [{ path: runSecretsDir, exists: runSecrets !== undefined }],
    spell: variableName,
    find: (path, { isSecret }) => {
      const name = variableName(path);
      const value = env[name];
      return (isSecret ? runSecrets?.(name) : undefined) ?? (value === undefined ? undefined : { value });
    },
    keys: (section) => {
      const start = `${variableName(section)}__`;
      const names = Object.keys(env).filter(
        (name) => env[name] !== undefined && name.startsWith(start) && !name.includes("__", start.length),
      );
      return names.map((name) => ({ key: name.slice(start.length).toLowerCase() }));
    },
  };
}

function variableName(path: readonly string[]): string {
  return path.join("__").toUpperCase();
}

/** Lists the folder once; undefined when there is none, as nearly everywhere. */
function openRunSecrets(folder: string): ((variable: string) => FoundValue | undefined) | undefined {
  const names = orUndefined(folder, () => new Set(readdirSync(folder)));
  if (names === undefined) return undefined;
  return (variable) => {
    const name = variable.toLowerCase().replaceAll("_", "-");
    return names.has(name) ? readRunSecret(join(folder, name), name) : undefined;
  };
}

/** Docker writes a file, Kubernetes a folder with a file of the same name. */
function readRunSecret(path: string, name: string): FoundValue | undefined {
  return orUndefined(path, () => {
    const file = statSync(path).isDirectory() ? join(path, name) : path;
    return { value: withoutLastLineBreak(readFileSync(file, "utf8")), file };
  });
}

/** An editor adds it; no secret ends with one. */
function withoutLastLineBreak(text: string): string {
  return text.replace(/\r?\n$/, "");
}

function orUndefined<T>(path: string, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new ConfigError(`The secrets in ${path} cannot be read (${code}).`, { cause: error });
  }
}
