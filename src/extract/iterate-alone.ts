import type { PipelineState } from "../state/document.ts";
import type { ResourceDefinition } from "./definition.ts";
import { buildGraph } from "./graph.ts";
import { Limiter } from "./limiter.ts";
import { LiveState } from "./live-state.ts";
import { runGraph } from "./run-graph.ts";

const maxParallelItems = 20;

/** Runs one resource (and its parents) without a pipeline, row by row, with state that is thrown away. Ending the loop early ends the resource. */
export async function* iterateAlone(definition: ResourceDefinition): AsyncGenerator<unknown, void> {
  const selected = { ...definition, selected: true };
  const stop = new AbortController();
  const pages = new Channel<readonly unknown[]>();
  const limiter = new Limiter(maxParallelItems);

  const graph = buildGraph(definition.name, [selected]);
  const live = await LiveState.open({} as PipelineState, [{ name: definition.name, graph }], undefined);
  const finished = runGraph(graph, {
    signal: stop.signal,
    limiter,
    maxParallelItems,
    workers: 1,
    order: "fifo",
    asRows: true,
    running: ({ definition: resource }, signal) => ({
      sourceName: definition.name,
      resourceName: resource.name,
      stateAccess: resource.stateAccess,
      signal,
      pipeline: undefined,
      sourceState: () => live.source(definition.name),
      resourceState: () => live.resource(definition.name, resource.name),
      incrementalState: () => live.incremental(definition.name, resource.name),
    }),
    write: (_, rows) => pages.put(rows),
  })
    .then(() => live.check())
    .then(
      () => pages.end(),
      (error) => pages.fail(error),
    );

  try {
    for (;;) {
      const page = await pages.take();
      if (page === undefined) return;
      yield* page;
    }
  } finally {
    stop.abort();
    pages.end();
    await finished;
  }
}

/** Hands values from one side to the other, in the order in which they came: `put` resolves when the next one is asked for, as `yield` does. */
class Channel<T> {
  readonly #values: { readonly value: T; readonly done: () => void }[] = [];
  #end: { readonly error?: unknown } | undefined;
  #wake: (() => void) | undefined;
  #finishLast: (() => void) | undefined;

  put(value: T): Promise<void> {
    if (this.#end !== undefined) return Promise.resolve();
    return new Promise((done) => {
      this.#values.push({ value, done });
      this.#wake?.();
    });
  }

  async take(): Promise<T | undefined> {
    this.#finishLast?.();
    while (this.#values.length === 0 && this.#end === undefined) await new Promise<void>((resolve) => (this.#wake = resolve));
    const first = this.#values.shift();
    this.#finishLast = first?.done;
    if (first === undefined && this.#end !== undefined && "error" in this.#end) throw this.#end.error;
    return first?.value;
  }

  end(): void {
    this.#end ??= {};
    this.#finishLast?.();
    for (const { done } of this.#values) done();
    this.#wake?.();
  }

  fail(error: unknown): void {
    this.#end ??= { error };
    this.#wake?.();
  }
}
