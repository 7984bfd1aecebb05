import type { Rotation } from "../normalize/rotation.ts";
import { oneOf } from "../schema/given.ts";
import type { FileFormat } from "../schema/hint-options.ts";
import { fileFormats } from "../schema/hint-options.ts";
import type { PipelineConfig } from "./pipeline-config.ts";
import type { RunSettings } from "./pipeline-options.ts";

/** How documents become job files, for one call. */
export interface NormalizeSettings {
  /** Of tables that do not say theirs; undefined is what the destination prefers. */
  readonly loaderFileFormat: FileFormat | undefined;
  /** When rows are written, and files end. */
  readonly rotation: Rotation;
}

/** The call wins over the pipeline, and both over config. Throws ConfigError. */
export function normalizeSettings(asked: RunSettings, options: RunSettings, { normalize, dataWriter }: PipelineConfig): NormalizeSettings {
  const { loaderFileFormat = options.loaderFileFormat } = asked;
  return {
    loaderFileFormat: oneOf("loaderFileFormat", loaderFileFormat, fileFormats) ?? normalize.loaderFileFormat,
    rotation: dataWriter,
  };
}
