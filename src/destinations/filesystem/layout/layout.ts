import { ConfigError } from "../../../core/errors.ts";
import { checkExtraPlaceholders, type ExtraPlaceholders, extraText } from "./extra-placeholders.ts";
import { type FileNaming, standardPlaceholders } from "./standard-placeholders.ts";

/** How the files of tables are named below a dataset. */
export interface Layout {
  /** The key of a file. Throws ConfigError for one that would leave the dataset. */
  path(file: FileNaming): string;
  /** What the keys of all files of a table begin with. */
  tablePrefix(schemaName: string, tableName: string): string;
  /** What is read from the key of a file of that table; undefined when it was not named by this layout. */
  idsIn(key: string, schemaName: string, tableName: string): FileIds | undefined;
  /** False: another attempt to load a file may give it another name. */
  readonly isStable: boolean;
}

export interface FileIds {
  /** Undefined where the layout does not have them. */
  readonly loadId: string | undefined;
  readonly fileId: string | undefined;
}

/** Throws ConfigError for unknown placeholders, and where the files of a table could not be told from those of others. */
export function parseLayout(text: string, extra: Readonly<Record<string, unknown>> = {}): Layout {
  const extras = checkExtraPlaceholders(extra);
  const asked = placeholdersIn(text);
  const unknown = unknownPlaceholders(text).filter((name) => !Object.hasOwn(extras, name));
  if (unknown.length > 0)
    throw refused(
      text,
      `has unknown placeholders: ${unknown.map((name) => `{${name}}`).join(", ")}. ` +
        `There are ${[...standardPlaceholders.keys(), ...Object.keys(extras)].join(", ")}.`,
    );
  const layout = asked.includes("ext") ? text : `${text}.{ext}`;
  const prefix = tablePrefixOf(text, layout, asked);
  return {
    path: (file) =>
      withinDataset(
        text,
        filled(layout, (name) => textOf(name, file, extras)),
      ),
    tablePrefix: (schemaName, tableName) => prefix.replaceAll("{schema_name}", () => schemaName).replace("{table_name}", () => tableName),
    idsIn: (key, schemaName, tableName) => idsIn(pattern(layout, { schema_name: schemaName, table_name: tableName }), key),
    isStable: asked.every((name) => typeof extras[name] !== "function"),
  };
}

/** Those that are none of leat's. */
export function unknownPlaceholders(text: string): readonly string[] {
  return placeholdersIn(text).filter((name) => !standardPlaceholders.has(name));
}

function placeholdersIn(text: string): string[] {
  return [...text.matchAll(/\{(.*?)\}/gs)].map(([, name]) => name!);
}

function filled(layout: string, textOf: (name: string) => string): string {
  return layout.replaceAll(/\{(.*?)\}/gs, (_, name: string) => textOf(name));
}

function textOf(name: string, file: FileNaming, extras: ExtraPlaceholders): string {
  const standard = standardPlaceholders.get(name);
  return standard === undefined ? extraText(name, extras[name]!, file) : standard(file);
}

/** Up to the name of the table, and the character behind it: a table whose name begins with that of another one has files of its own. */
function tablePrefixOf(text: string, layout: string, asked: readonly string[]): string {
  const at = asked.indexOf("table_name");
  if (at === -1) throw refused(text, "has no {table_name}, so that the files of a table could not be told from those of others.");
  const before = asked.slice(0, at).filter((name) => name !== "schema_name");
  if (before.length > 0)
    throw refused(
      text,
      `has {${before.join("}, {")}} before {table_name}: then the files of a table have nothing in common. Only {schema_name} may come before it.`,
    );
  const end = layout.indexOf("{table_name}") + "{table_name}".length;
  if (layout[end] === "{" || layout[end] === undefined)
    throw refused(text, "has nothing between {table_name} and what follows. Write a `/` behind it.");
  return layout.slice(0, end + 1);
}

/** Names with a slash or dots come from naming conventions that leave them, and from placeholders of one's own. */
function withinDataset(text: string, key: string): string {
  const parts = key.split("/");
  if (!parts.some((part) => part === "" || part === "." || part === "..")) return key;
  throw refused(text, `gives the name \`${key}\`, which has a part that is empty or leads out of the dataset.`);
}

function pattern(layout: string, known: Readonly<Record<string, string>>): RegExp {
  let source = "";
  let end = 0;
  const named = new Set<string>();
  for (const { 0: whole, 1: name = "", index } of layout.matchAll(/\{(.*?)\}/gs)) {
    source += escaped(layout.slice(end, index));
    end = index + whole.length;
    source += named.has(name) ? `\\k<${name}>` : groupOf(name, known);
    if (name in idPatterns) named.add(name);
  }
  return new RegExp(`^${source}${escaped(layout.slice(end))}$`, "s");
}

const idPatterns: Readonly<Record<string, string>> = { load_id: "(?<load_id>\\d+\\.\\d+)", file_id: "(?<file_id>[0-9a-z]+)" };

function groupOf(name: string, known: Readonly<Record<string, string>>): string {
  const text = known[name];
  return text === undefined ? (idPatterns[name] ?? ".*?") : escaped(text);
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

function idsIn(names: RegExp, key: string): FileIds | undefined {
  const found = names.exec(key);
  return found === null ? undefined : { loadId: found.groups?.["load_id"], fileId: found.groups?.["file_id"] };
}

function refused(layout: string, problem: string): ConfigError {
  return new ConfigError(
    `The layout \`${layout}\` of the filesystem destination ${problem} For example: {table_name}/{load_id}.{file_id}.{ext}`,
  );
}
