import { UnsupportedError } from "../../destination-kit/index.ts";
import type { DatasetFiles } from "./dataset-files.ts";
import { initFile } from "./record-files.ts";

const newest = 2;

export interface OpenedStorage {
  readonly initialVersion: number;
}

/** With which version the dataset began: files of version 1 have no `.gz` in their names, whatever they are. Makes a new dataset, and brings an old one up to now. */
export async function openStorage(files: DatasetFiles, destination: string): Promise<OpenedStorage> {
  const text = await files.text(initFile);
  if (text === undefined) {
    await write(files, newest);
    return { initialVersion: newest };
  }
  const { initial, current } = versionsIn(text, files, destination);
  if (current < newest) await write(files, initial);
  return { initialVersion: initial };
}

/** Undefined when there is no dataset. Changes nothing. */
export async function storedVersion(files: DatasetFiles, destination: string): Promise<number | undefined> {
  const text = await files.text(initFile);
  return text === undefined ? undefined : versionsIn(text, files, destination).initial;
}

function write(files: DatasetFiles, initial: number): Promise<void> {
  return files.write(initFile, JSON.stringify({ initial_version: initial, current_version: newest }));
}

function versionsIn(text: string, files: DatasetFiles, destination: string): { readonly initial: number; readonly current: number } {
  if (text.trim() === "") return { initial: 1, current: 1 };
  const place = files.store.place(files.at(initFile));
  const { initial_version: initial, current_version: current } = parsed(text);
  if (!Number.isInteger(initial) || !Number.isInteger(current))
    throw new UnsupportedError(`\`${place}\` does not say how the dataset is kept. Restore it: {"initial_version":2,"current_version":2}`, {
      destination,
    });
  const versions = { initial: initial as number, current: current as number };
  if (versions.initial >= 1 && versions.initial <= newest && versions.current >= 1 && versions.current <= newest) return versions;
  throw new UnsupportedError(
    `The dataset at \`${place}\` is kept in version ${versions.current}, this leat knows versions 1 to ${newest}. Update leat.`,
    { destination },
  );
}

function parsed(text: string): { readonly initial_version?: unknown; readonly current_version?: unknown } {
  try {
    return (JSON.parse(text) ?? {}) as object;
  } catch {
    return {};
  }
}
