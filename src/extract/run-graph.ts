import { CancelledError } from "../core/errors.ts";
import { type Breathe, breather } from "./breather.ts";
import type { GraphNode } from "./graph.ts";
import { Limiter } from "./limiter.ts";
import type { NodeEnvironment } from "./node-environment.ts";
import { RunningNode } from "./running-node.ts";

export interface RunGraphOptions extends Omit<NodeEnvironment, "fail" | "breathe"> {
  /** Parallel resources that are asked for an item at one time. */
  readonly workers: number;
  readonly order: "fifo" | "round_robin";
  readonly signal: AbortSignal;
}

/** How long failed or cancelled resources get to clean up (their `finally` blocks) before they are left behind. */
const graceMs = 1000;

/**
 * Runs the resources of a run to their end: rows go through their steps to `write` and to the transformers.
 * Resources that are not parallel take turns, one item at a time; parallel ones run beside them.
 * Throws the first error; CancelledError when the signal fires.
 */
export async function runGraph(graph: readonly GraphNode[], options: RunGraphOptions): Promise<void> {
  if (options.signal.aborted) throw new CancelledError("The run was cancelled before it began.", { cause: options.signal.reason });
  const stop = new AbortController();
  const { failed, fail } = failure();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const breathe = breather(signal);
  const environment: NodeEnvironment = { ...options, signal, breathe, fail };
  const roots = startNodes(graph, environment);
  const parallel = roots.filter((root) => root.definition.parallel);
  const inTurn = roots.filter((root) => !root.definition.parallel);
  const workers = new Limiter(options.workers);

  const lanes = parallel.map((root) => runAlone(root, workers, breathe));
  lanes.push(options.order === "fifo" ? runInOrder(inTurn, breathe) : runInTurn(inTurn, breathe));
  const { cancelled, forget } = whenCancelled(options.signal);
  try {
    await Promise.race([Promise.all(lanes), cancelled, failed]);
  } catch (error) {
    stop.abort();
    await atMost(graceMs, closeAll(roots, lanes));
    throw options.signal.aborted && isAbort(error, options.signal) ? new CancelledError("The run was cancelled.", { cause: error }) : error;
  } finally {
    forget();
  }
}

function startNodes(graph: readonly GraphNode[], environment: NodeEnvironment): RunningNode[] {
  const running = new Map<GraphNode, RunningNode>();
  const start = (node: GraphNode): RunningNode => {
    const known = running.get(node);
    if (known !== undefined) return known;
    const started = new RunningNode(node, node.children.map(start), environment);
    running.set(node, started);
    return started;
  };
  return graph.filter((node) => node.definition.parent === undefined).map(start);
}

async function runAlone(root: RunningNode, workers: Limiter, breathe: Breathe): Promise<void> {
  while (await workers.run(() => root.advance())) await breathe();
  await root.finish();
}

async function runInOrder(roots: readonly RunningNode[], breathe: Breathe): Promise<void> {
  for (const root of roots) {
    for (;;) {
      const advanced = root.advance();
      if (!(typeof advanced === "boolean" ? advanced : await advanced)) break;
      await breathe();
    }
    await root.finish();
  }
}

async function runInTurn(roots: readonly RunningNode[], breathe: Breathe): Promise<void> {
  let active = [...roots];
  while (active.length > 0) {
    const still: RunningNode[] = [];
    for (const root of active) {
      // Most resources are synchronous or settle at once: no await where there is nothing to wait for.
      const advanced = root.advance();
      if (typeof advanced === "boolean" ? advanced : await advanced) still.push(root);
      else await root.finish();
    }
    const pause = breathe();
    if (pause !== undefined) await pause;
    active = still;
  }
}

function failure(): { readonly failed: Promise<never>; readonly fail: (error: unknown) => void } {
  let fail = (_: unknown): void => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {});
  return { failed, fail };
}

function whenCancelled(signal: AbortSignal): { readonly cancelled: Promise<never>; readonly forget: () => void } {
  let forget = (): void => {};
  const cancelled = new Promise<never>((_, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    forget = () => signal.removeEventListener("abort", onAbort);
  });
  cancelled.catch(() => {});
  return { cancelled, forget };
}

async function closeAll(roots: readonly RunningNode[], lanes: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled([...roots.map((root) => root.close()), ...lanes]);
}

/** Waits for `work`, but no longer than `ms`. The timer keeps the process alive: nothing else may, when a generator hangs. */
async function atMost(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, timeout]);
  clearTimeout(timer);
}

/** The error says no more than that the signal fired. */
function isAbort(error: unknown, signal: AbortSignal): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (cause === signal.reason || cause.name === "AbortError") return true;
  return error === signal.reason;
}
