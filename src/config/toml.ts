import { join } from "node:path";
import { ConfigError } from "../core/errors.ts";
import { readTextIfExists } from "../core/files.ts";
import type { ConfigEnvironment } from "./config-environment.ts";
import { type ConfigProvider, type ConfigTable, type FoundKey, type FoundValue, isTable } from "./provider.ts";

/** secrets.toml or config.toml: the project's file over the global one, table by table. */
export async function tomlProvider(name: "secrets.toml" | "config.toml", environment: ConfigEnvironment): Promise<ConfigProvider> {
  const project = await readToml(join(environment.projectDir, ".leat", name));
  const global = await readToml(join(environment.globalDir, name));
  return {
    name,
    holdsSecrets: name === "secrets.toml",
    locations: [project, global].map(({ path, table }) => ({ path, exists: table !== undefined })),
    spell: (path) => path.join("."),
    find: (path) => merged(findIn(project, path), findIn(global, path)),
    keys: (section) => [project, global].flatMap((file) => keysIn(file, section)),
  };
}

interface TomlFile {
  readonly path: string;
  /** Undefined when there is no such file. */
  readonly table: ConfigTable | undefined;
}

async function readToml(path: string): Promise<TomlFile> {
  const text = readText(path);
  return { path, table: text === undefined ? undefined : await parseToml(path, text) };
}

function readText(path: string): string | undefined {
  try {
    return readTextIfExists(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOTDIR") return undefined;
    const why = code === "EACCES" || code === "EPERM" ? "this user may not read it" : message;
    throw new ConfigError(`${path} cannot be read: ${why}. Give it the right to be read, or remove it.`, {
      lookedAt: [path],
      cause: error,
    });
  }
}

/** The parser is loaded only where there is a file to parse. Its own error quotes the lines around, which may hold a secret: it is not passed on. */
async function parseToml(path: string, text: string): Promise<ConfigTable> {
  const { parse, TomlError } = await import("smol-toml");
  try {
    return plain(parse(text, { integersAsBigInt: "asNeeded" })) as ConfigTable;
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = error.message.split("\n", 1)[0]?.replace("Invalid TOML document: ", "");
    throw new ConfigError(`${path} is not valid TOML: ${reason} (line ${error.line}, column ${error.column}).`);
  }
}

/** Dates as the text that stands in the file, so that a date is read by one rule wherever it comes from. */
function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  return isTable(value) ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)])) : value;
}

function findIn({ path: file, table }: TomlFile, path: readonly string[]): FoundValue | undefined {
  let value: unknown = table;
  for (const key of path) value = isTable(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  return value === undefined ? undefined : { value, file };
}

function keysIn(toml: TomlFile, section: readonly string[]): FoundKey[] {
  const { value, file } = findIn(toml, section) ?? {};
  if (!isTable(value) || file === undefined) return [];
  return Object.entries(value).flatMap(([key, inner]) => (isTable(inner) ? [] : [{ key, file }]));
}

function merged(project: FoundValue | undefined, global: FoundValue | undefined): FoundValue | undefined {
  if (project === undefined || global === undefined) return project ?? global;
  return { ...project, value: mergedValue(project.value, global.value) };
}

function mergedValue(project: unknown, global: unknown): unknown {
  if (!isTable(project) || !isTable(global)) return project;
  const both = Object.entries(project).map(([key, value]) => [key, Object.hasOwn(global, key) ? mergedValue(value, global[key]) : value]);
  return { ...global, ...Object.fromEntries(both) };
}
