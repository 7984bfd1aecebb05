import { parseJson } from "../core/json.ts";
import { encodeJson } from "../core/json-encode.ts";
import { bumpSchema } from "./bump.ts";
import { problemOf } from "./check-document.ts";
import { type SchemaDocument, schemaEngineVersion } from "./document.ts";
import { type ExternalOptions, externalDocument } from "./formats/external-document.ts";
import { parseYaml, stringifyYaml } from "./formats/yaml.ts";
import { newSchema } from "./new-schema.ts";
import { readSchema, SchemaUnreadable } from "./read-schema.ts";

/** The forms of a schema that can be read again. */
export type SchemaFileFormat = "yaml" | "json";

/** By the ending of the name: `.json` or not. */
function schemaFileFormat(path: string): SchemaFileFormat {
  return /\.json$/i.test(path) ? "json" : "yaml";
}

/** The text of a schema file, as dlt writes it: the names inside of tables and columns left out, with a line break at the end. */
export function schemaFileText(
  schema: SchemaDocument,
  format: SchemaFileFormat,
  options: ExternalOptions = { removeDefaults: true },
): string {
  const document = externalDocument(schema, options);
  return format === "yaml" ? stringifyYaml(document) : `${encodeJson(document, { pretty: true })}\n`;
}

/**
 * The schema in a file that dlt, leat or a person wrote; its hash is that of its content. `path` is told in errors.
 * Throws SchemaUnreadable, also for a setting that does not exist, and SchemaVersionTooNew.
 */
export function parseSchemaFile(content: string, path: string): SchemaDocument {
  const format = schemaFileFormat(path);
  const parsed = parse(content, format, path);
  const schema = readSchema(checkedShape(parsed, path), path);
  const problem = problemOf(schema);
  if (problem !== undefined) throw new SchemaUnreadable(path, problem);
  return bumpSchema(withSystemParts(schema));
}

/** What every schema has, where a person left it out: the tables and the hints of leat's own columns. */
function withSystemParts(schema: SchemaDocument): SchemaDocument {
  const own = newSchema(schema.name);
  const { default_hints } = schema.settings;
  const hints = Object.entries(own.settings.default_hints!).map(([hint, names]) => {
    const given = default_hints?.[hint] ?? [];
    return [hint, [...given, ...names.filter((name) => !given.includes(name))]];
  });
  return {
    ...schema,
    tables: { ...own.tables, ...schema.tables },
    settings: { ...schema.settings, default_hints: { ...default_hints, ...Object.fromEntries(hints) } },
  };
}

function parse(content: string, format: SchemaFileFormat, path: string): unknown {
  try {
    return format === "yaml" ? parseYaml(content) : parseJson(content);
  } catch (cause) {
    throw new SchemaUnreadable(
      path,
      `the text is not ${format === "yaml" ? "YAML" : "JSON"}. ${String((cause as Error).message).trimEnd()}`,
      { cause },
    );
  }
}

/** What `readSchema` takes for granted. */
function checkedShape(document: unknown, path: string): object {
  if (typeof document !== "object" || document === null || Array.isArray(document))
    throw new SchemaUnreadable(path, "it is no map of settings");
  const { tables, engine_version: version } = document as { readonly tables?: unknown; readonly engine_version?: unknown };
  for (const [name, table] of Object.entries(isMap(tables) ? tables : {})) {
    if (!isMap(table)) throw new SchemaUnreadable(path, `\`tables.${name}\` has to be a map of hints and columns, which may be \`{}\``);
    const { columns } = table as { readonly columns?: unknown };
    if (columns === undefined || columns === null) continue;
    if (!isMap(columns)) throw new SchemaUnreadable(path, `\`tables.${name}.columns\` has to be a map of names`);
    const wrong = Object.entries(columns).find(([, hints]) => hints === null || (version === schemaEngineVersion && !isMap(hints)));
    if (wrong !== undefined)
      throw new SchemaUnreadable(path, `\`tables.${name}.columns.${wrong[0]}\` has to be a map of hints, which may be \`{}\``);
  }
  return document;
}

function isMap(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
