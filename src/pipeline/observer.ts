import type { PipelineEvent } from "./events.ts";
import type { LoadInfo } from "./infos.ts";

/** Watches every pipeline of the process, whichever copy of the package made it: the command line, while it runs a script. */
export interface PipelineObserver {
  readonly onEvent: (event: PipelineEvent) => void;
  /** The program called load(): of run() its event tells. */
  readonly onLoaded: (info: LoadInfo) => void;
  /** The program made a text of this info, most likely to print it. */
  readonly onPrinted: (info: object) => void;
}

// The number counts the versions of this interface: a copy of the package that knows another one does not find the observer.
const key: unique symbol = Symbol.for("leat.observer/1") as never;

const registry = globalThis as { [key]?: PipelineObserver | undefined };

/** Undefined ends it. */
export function observePipelines(observer: PipelineObserver | undefined): void {
  registry[key] = observer;
}

export function pipelineObserver(): PipelineObserver | undefined {
  return registry[key];
}
