import { borderEntries, keyedStateTable } from "../../schema/system-tables.ts";
import { borderChunksOfSource } from "../../state/border-chunks.ts";
import type { SourceState } from "../../state/document.ts";
import type { ExtractOptions } from "../extract-options.ts";
import type { OpenSource } from "../open-source.ts";

/** A package brings the chunks that its state names and no package before it has brought. They are committed with it, or not at all. */
export function writeBorderChunks({ source, extract }: OpenSource, slot: SourceState | undefined, options: ExtractOptions): void {
  const { borderChunks, pipeline } = options;
  if (borderChunks === undefined) return;
  for (const [key, bytes] of borderChunks.takeMade(source.name, borderChunksOfSource(slot))) {
    extract.writeSystemRow(keyedStateTable, {
      pipeline_name: pipeline.name,
      source: source.name,
      // What has the same content is the same chunk, whichever resource has it.
      resource: null,
      name: borderEntries,
      key,
      value: bytes.toString("base64"),
      deleted: false,
      _dlt_load_id: extract.folder.loadId,
    });
  }
}
