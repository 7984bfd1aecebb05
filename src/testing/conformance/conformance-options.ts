import type { DestinationContract } from "../../destination-kit/contract.ts";

/** What a third party says about the destination that is tried. */
export interface ConformanceOptions {
  /** Makes the destination: once per case, which has a dataset of its own. Called inside of the test. */
  readonly open: () => DestinationLike | Promise<DestinationLike>;
  /** Cases that are left out, each with its reason. The name of a case, or of a group of cases, such as `merge > upsert`. */
  readonly skip?: readonly { readonly test: string; readonly reason: string }[];
  /**
   * Reads all rows of a table, for a destination that has no SQL: an object per row, `null` or nothing for a value that is missing, bytes as Uint8Array;
   * everything else as a value of its type or as its text. An empty list where there is no such table. Only rows of packages that count.
   */
  readonly read?: (place: {
    readonly destination: DestinationLike;
    readonly datasetName: string;
    readonly table: string;
  }) => Promise<readonly { readonly [column: string]: unknown }[]>;
  /** Makes a destination of the same kind whose place cannot be reached. Without it that case is skipped. */
  readonly unreachable?: () => DestinationLike | Promise<DestinationLike>;
}

/** As `Destination`; named apart so that a copy of the package can hand over its own. */
export type DestinationLike = Pick<DestinationContract, "type" | "name" | "~destination">;
