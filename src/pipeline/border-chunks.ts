import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { readBytesIfExists, writeFileAtomic } from "../core/files.ts";
import { BorderChunks, chunkId } from "../extract/incremental/border-chunks.ts";
import { guardDisk } from "../load-package/errors.ts";
import { borderEntries } from "../schema/system-tables.ts";
import { borderChunksOf, borderChunksOfSource } from "../state/border-chunks.ts";
import type { PipelineState } from "../state/document.ts";
import { borderFolderName } from "./local-store.ts";
import type { StepHost } from "./step-host.ts";

/** The chunks of border hashes that the cursors of some sources refer to: those on this machine, the others from the destination. */
export async function openBorderChunks(host: StepHost, state: PipelineState, sources: readonly string[]): Promise<BorderChunks> {
  const folder = join(host.local.workingDir, borderFolderName);
  const onDisk = sweep(host, folder, new Set(borderChunksOf(state)));
  const known = new Map<string, Buffer>();
  for (const source of sources) {
    const slots = state.sources ?? {};
    const wanted = borderChunksOfSource(Object.hasOwn(slots, source) ? slots[source] : undefined).filter((id) => !known.has(id));
    for (const id of wanted.filter((each) => onDisk.has(each))) keep(known, id, readBytesIfExists(join(folder, id)));
    const missing = wanted.filter((id) => !known.has(id));
    if (missing.length > 0) for (const [id, bytes] of await readStored(host, source, missing)) keep(known, id, bytes);
  }
  return new BorderChunks(limitOf(host), known, { write: (id, bytes) => writeChunk(folder, id, bytes) });
}

/** Where the state is on this machine alone, or the destination has no place for chunks, the state holds all hashes. */
function limitOf({ restoresState, destination, state }: StepHost): number {
  return restoresState && destination.capabilities.keyedState === true ? state.maxBorderHashes : Number.POSITIVE_INFINITY;
}

/** Removes what the state does not refer to any more, unless an abort of packages that wait may bring back one that does. Gives what is left. */
function sweep({ local, store }: StepHost, folder: string, wanted: ReadonlySet<string>): ReadonlySet<string> {
  return guardDisk(local.workingDir, () => {
    const names = filesIn(folder);
    if (store.pendingLoadIds().length > 0) return new Set(names);
    for (const name of names) if (!wanted.has(name)) rmSync(join(folder, name), { force: true });
    return new Set(names.filter((name) => wanted.has(name)));
  });
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** A file that is damaged is none. */
function keep(known: Map<string, Buffer>, id: string, bytes: Buffer | undefined): void {
  if (bytes !== undefined && chunkId(bytes) === id) known.set(id, bytes);
}

async function readStored(host: StepHost, source: string, ids: readonly string[]): Promise<Map<string, Buffer>> {
  const datasetName = host.isSingleDataset ? host.pipeline.datasetName : host.datasetOf(source);
  await using session = await host.open({ datasetName });
  const entries = await session.readKeyedState?.(host.pipeline.name, borderEntries, ids);
  return new Map([...(entries ?? [])].map(([id, value]) => [id, Buffer.from(value, "base64")]));
}

function writeChunk(folder: string, id: string, bytes: Buffer): void {
  mkdirSync(folder, { recursive: true });
  writeFileAtomic(join(folder, id), bytes);
}
