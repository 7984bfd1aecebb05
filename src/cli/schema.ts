import { resolve } from "node:path";
import { ConfigError } from "../core/errors.ts";
import { localFolder } from "../pipeline/local-info.ts";
import { LocalStore } from "../pipeline/local-store.ts";
import { defaultPipelinesDir } from "../pipeline/working-dir.ts";
import type { SchemaDocument } from "../schema/document.ts";
import { formatSchema, type SchemaFormat } from "../schema/formats/format-schema.ts";
import { print, printJson } from "./output.ts";

export interface SchemaCommandOptions {
  readonly pipelinesDir?: string;
  readonly json?: boolean;
  readonly format?: SchemaFormat;
  readonly removeDefaults?: boolean;
  readonly schema?: string;
}

/** Prints a schema of a pipeline. With `--json` the text in another format than JSON is a member of a document. */
export function schemaCommand(name: string, options: SchemaCommandOptions): void {
  const { json = false, format = json ? "json" : "yaml", removeDefaults = false } = options;
  if (removeDefaults && format !== "yaml" && format !== "json")
    throw new ConfigError(`--remove-defaults is of yaml and json, which can be read again: ${format} has nothing to leave out.`);
  const schema = schemaOf(resolve(options.pipelinesDir ?? defaultPipelinesDir(process.env)), name, options.schema);
  const text = formatSchema(schema, format, { removeDefaults }).trimEnd();
  if (json && format !== "json") printJson({ schemaName: schema.name, format, text });
  else print(text);
}

function schemaOf(pipelinesDir: string, name: string, asked: string | undefined): SchemaDocument {
  const local = new LocalStore(localFolder(pipelinesDir, name));
  const schemas = local.readSchemas();
  const wanted = asked ?? local.readState()?.default_schema_name;
  const schema = wanted === undefined || wanted === null ? undefined : schemas.get(wanted);
  if (schema !== undefined) return schema;
  const known = [...schemas.keys()].join(", ") || "none";
  if (wanted === undefined || wanted === null)
    throw new ConfigError(`Pipeline \`${name}\` has no default schema: nothing was extracted yet. Its schemas: ${known}.`);
  throw new ConfigError(`Pipeline \`${name}\` has no schema \`${wanted}\` on this machine. It has ${known}.`);
}
