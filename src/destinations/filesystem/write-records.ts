import { encodeJson } from "../../core/json.ts";
import { Timestamp } from "../../core/timestamp.ts";
import type { PackagePlan } from "../../destination-kit/index.ts";
import type { SchemaDocument } from "../../schema/document.ts";
import { stateTableName, versionTableName } from "../../schema/system-tables.ts";
import type { DatasetFiles } from "./dataset-files.ts";
import { hashInName, loadFile, type RecordName, recordNameOf, schemaFile, secondsText, stateFile } from "./record-files.ts";

/** Stores a version of a schema, unless that content is stored already. */
export async function writeSchema(files: DatasetFiles, schema: SchemaDocument, insertedAtMicros: number): Promise<void> {
  const hash = hashInName(schema.version_hash);
  const stored = await recordsIn(files, `${versionTableName}/`);
  if (stored.some((record) => record.name.hash === hash)) return;
  const content = {
    version_hash: schema.version_hash,
    schema_name: schema.name,
    version: schema.version,
    engine_version: schema.engine_version,
    inserted_at: Timestamp.fromMicros(insertedAtMicros),
    schema: encodeJson(schema),
  };
  await files.write(schemaFile({ name: schema.name, id: secondsText(insertedAtMicros), hash }), encodeJson(content));
}

/** Forgets all versions of a schema. */
export async function removeSchema(files: DatasetFiles, schemaName: string): Promise<void> {
  const stored = await recordsIn(files, `${versionTableName}/${schemaName}__`);
  await files.remove(stored.filter(({ name }) => name.name === schemaName).map(({ key }) => key));
}

export interface StateToWrite {
  readonly state: NonNullable<PackagePlan["state"]>;
  readonly schemaHash: string;
  /** So many states of the pipeline stay, the newest. */
  readonly keep: number;
}

export async function writeState(files: DatasetFiles, { state, schemaHash, keep }: StateToWrite): Promise<void> {
  const { _dlt_id: _, ...row } = state;
  const { pipeline_name: name, _dlt_load_id: id } = row;
  const key = stateFile({ name, id, hash: hashInName(schemaHash) });
  await files.write(key, encodeJson(row));
  const stored = (await recordsIn(files, `${stateTableName}/${name}__`)).filter((each) => each.name.name === name);
  // An attempt that was cut off may have stored the state with another schema.
  const ofAttempts = stored.filter((each) => each.name.id === id && each.key !== key);
  const others = stored.filter((each) => each.name.id !== id).sort((a, b) => Number(b.name.id) - Number(a.name.id));
  await files.remove([...ofAttempts, ...others.slice(keep - 1)].map((each) => each.key));
}

/** With it the package counts. */
export function writeLoad(files: DatasetFiles, schema: SchemaDocument, loadId: string, insertedAtMicros: number): Promise<void> {
  const content = {
    load_id: loadId,
    schema_name: schema.name,
    status: 0,
    inserted_at: Timestamp.fromMicros(insertedAtMicros),
    schema_version_hash: schema.version_hash,
  };
  return files.write(loadFile(schema.name, loadId), encodeJson(content));
}

async function recordsIn(files: DatasetFiles, prefix: string): Promise<readonly { readonly key: string; readonly name: RecordName }[]> {
  return (await files.list(prefix)).flatMap(({ key }) => {
    const name = recordNameOf(key);
    return name === undefined ? [] : [{ key, name }];
  });
}
