import { loadsTableName, stateTableName, versionTableName } from "../../schema/system-tables.ts";

// Names and contents of the files that are kept beside the rows, as dlt has them. Names of pipelines and schemas stand in them as they are.

export const initFile = "init";

/** `<name>__<id>__<hash>.jsonl`, taken apart from its end, since names may have `__` themselves. */
export interface RecordName {
  /** Of the pipeline, or of the schema. */
  readonly name: string;
  /** A load id; of a schema, when it was stored. Compared as text, the greatest is the newest. */
  readonly id: string;
  readonly hash: string;
}

export function loadFile(schemaName: string, loadId: string): string {
  return `${loadsTableName}/${schemaName}__${loadId}.jsonl`;
}

/** Undefined when the file is none. */
export function loadIdOf(key: string): string | undefined {
  return /__([^_/]+)\.jsonl$/.exec(key)?.[1];
}

/** The hash is that of the schema that the state was stored with. */
export function stateFile({ name, id, hash }: RecordName): string {
  return `${stateTableName}/${name}__${id}__${hash}.jsonl`;
}

export function schemaFile({ name, id, hash }: RecordName): string {
  return `${versionTableName}/${name}__${id}__${hash}.jsonl`;
}

/** Undefined when the file is none. */
export function recordNameOf(key: string): RecordName | undefined {
  const file = key.slice(key.lastIndexOf("/") + 1).replace(/\.[^.]*$/, "");
  const hashAt = file.lastIndexOf("__");
  const idAt = file.lastIndexOf("__", hashAt - 1);
  if (hashAt < 0 || idAt < 0 || hashAt === 0) return undefined;
  return { name: file.slice(0, idAt), id: file.slice(idAt + 2, hashAt), hash: file.slice(hashAt + 2) };
}

/** The bytes of a hash, which is base64, as a part of a file name. */
export function hashInName(hash: string): string {
  return Buffer.from(hash, "base64").toString("hex");
}

/** A time as seconds, as Python prints them. */
export function secondsText(micros: number): string {
  const text = String(micros / 1_000_000);
  return text.includes(".") ? text : `${text}.0`;
}
