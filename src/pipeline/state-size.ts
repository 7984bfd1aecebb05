import type { PipelineState } from "../state/document.ts";
import { InvalidStateError } from "../state/errors.ts";
import { pathText } from "../state/path.ts";
import { largestSlot } from "../state/size.ts";
import type { Emit } from "./events.ts";
import { byteSize } from "./print-infos.ts";

/** How large the state may get: bytes of its JSON, all slots together. */
export interface StateLimits {
  /** A run that makes the state larger than this says so. */
  readonly warnBytes: number;
  /** A run that makes the state larger than this fails, and keeps nothing. */
  readonly maxBytes: number | undefined;
  /** So many versions stay in the destination, the newest. Undefined: all. */
  readonly keepVersions: number | undefined;
  /** A cursor with more rows at its last value remembers them beside the data. */
  readonly maxBorderHashes: number;
}

export interface StateSizeOptions {
  readonly limits: StateLimits;
  /** What the run began with. */
  readonly textBefore: string | Buffer | undefined;
  readonly emit: Emit;
}

/**
 * Made for one run; it is called at each commit with the length of the encoded state, which is known then, and warns once. A state that is too large and did not grow passes: there
 * would be a warning in each run, and no way to make it smaller step by step. Throws InvalidStateError above the hard limit.
 */
export function stateSizeCheck({ limits, textBefore, emit }: StateSizeOptions): (bytes: number, state: PipelineState) => void {
  let hasWarned = false;
  return (bytes, state) => {
    if (textBefore !== undefined && bytes <= Buffer.byteLength(textBefore)) return;
    checkMaxBytes(bytes, state, limits);
    if (bytes <= limits.warnBytes || hasWarned) return;
    hasWarned = true;
    emit({
      type: "warning",
      code: "state-size",
      message: `${sizeMessage(bytes, state)} Each run that changes it writes it as a whole. ${advice}`,
    });
  };
}

/** Throws InvalidStateError. */
export function checkMaxBytes(bytes: number, state: PipelineState, { maxBytes }: Pick<StateLimits, "maxBytes">): void {
  if (maxBytes === undefined || bytes <= maxBytes) return;
  const path = largestSlot(state)?.path ?? [];
  throw new InvalidStateError(`${sizeMessage(bytes, state)} \`state.maxBytes\` of the pipeline allows ${byteSize(maxBytes)}. ${advice}`, {
    path: pathText(path),
  });
}

const advice =
  "Keep in state what grows slowly, and ask the destination for ids that were loaded (`current.pipeline().dataset()`): see docs/when-not-to-use-state.md.";

function sizeMessage(bytes: number, state: PipelineState): string {
  const slot = largestSlot(state);
  const most = slot === undefined ? "" : ` ${byteSize(slot.bytes)} of it are ${slot.name}, at \`${pathText(slot.path)}\`.`;
  return `The pipeline state is ${byteSize(bytes)} of JSON.${most}`;
}
