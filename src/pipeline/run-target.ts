import type { Destination } from "../destination-kit/contract.ts";
import type { Loose } from "../extract/rows.ts";
import type { DestinationName } from "./pipeline-options.ts";

/** Where one run goes instead of where the pipeline goes. */
export interface RunTarget {
  /** Default that of the pipeline. The state is that of the pipeline's name, this destination and the dataset. */
  readonly destination?: DestinationName | Destination | undefined;
  /** Default that of the pipeline. */
  readonly datasetName?: string | undefined;
  /** Of the destination: a text such as a connection string, or its settings by name. Wins over what the destination says itself. */
  readonly credentials?: string | Loose | undefined;
  /** Files cannot land elsewhere first: throws UnsupportedError. */
  readonly staging?: DestinationName | Destination | undefined;
}
