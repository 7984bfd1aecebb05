import type { AddedArrowColumns } from "../extract/arrow-rows.ts";
import type { RawFileLimits } from "../extract/raw-file.ts";
import type { AskedFormats } from "../normalize/job-format-of.ts";
import type { Rotation } from "../normalize/rotation.ts";
import { countOf, oneOf } from "../schema/given.ts";
import { fileFormats } from "../schema/hint-options.ts";
import type { PipelineConfig } from "./pipeline-config.ts";
import type { RunSettings } from "./pipeline-options.ts";

/** How documents become job files, for one call. */
export interface NormalizeSettings extends AskedFormats {
  /** When rows are written, and files end. */
  readonly rotation: Rotation;
  /** When the files of raw rows end. */
  readonly rawLimits: RawFileLimits;
  /** Columns of leat's that Arrow rows get. */
  readonly arrowColumns: AddedArrowColumns;
  /** Threads. */
  readonly workers: number;
  /** The kernel may be used. */
  readonly kernel: boolean;
  /** Raw files may be normalized while others are extracted. */
  readonly ahead: boolean;
}

/** The call wins over the pipeline, and both over config. Throws ConfigError. */
export function normalizeSettings(asked: RunSettings, options: RunSettings, { normalize, writers }: PipelineConfig): NormalizeSettings {
  const { loaderFileFormat = options.loaderFileFormat } = asked;
  return {
    loaderFileFormat: oneOf("loaderFileFormat", loaderFileFormat, fileFormats) ?? normalize.loaderFileFormat,
    workers: countOf("normalize.workers", normalize.workers, 1),
    kernel: normalize.kernel,
    ahead: normalize.ahead,
    ...writers,
  };
}
