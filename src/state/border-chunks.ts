import type { PipelineState, SourceState } from "./document.ts";

/** The chunks of border hashes that the cursors of a state refer to. */
export function borderChunksOf({ sources }: Pick<PipelineState, "sources">): string[] {
  return [...new Set(membersOf(sources).flatMap((source) => borderChunksOfSource(source as SourceState)))];
}

/** Those of one source. */
export function borderChunksOfSource(source: SourceState | undefined): string[] {
  const slots = membersOf(source?.resources).flatMap((resource) => membersOf(memberOf(resource, "incremental")));
  const cursors = slots.flatMap((slot) => [slot, ...membersOf(memberOf(slot, "partitions"))]);
  return [...new Set(cursors.flatMap((cursor) => chunksIn(memberOf(cursor, "leat_border"))))];
}

/** Those that a marker names. A state can be edited by hand: what is no name is left out. */
export function chunksIn(marker: unknown): string[] {
  const chunks = memberOf(marker, "chunks");
  return Array.isArray(chunks) ? chunks.filter((chunk) => typeof chunk === "string") : [];
}

function membersOf(value: unknown): unknown[] {
  return typeof value === "object" && value !== null ? Object.values(value) : [];
}

function memberOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}
