import type { PipelineEvent } from "../events.ts";

/** Shows the events of one run to a person. */
export interface Display {
  readonly show: (event: PipelineEvent) => void;
  close(): void;
}
