import { CancelledError } from "../core/errors.ts";
import { type Breathe, breather } from "./breather.ts";
import type { Cut, TimeLimit } from "./cut.ts";
import type { GraphNode } from "./graph.ts";
import { Limiter } from "./limiter.ts";
import type { NodeEnvironment } from "./node-environment.ts";
import { Rest } from "./rest.ts";
import { RunningNode } from "./running-node.ts";

export interface RunGraphOptions extends Omit<NodeEnvironment, "fail" | "breathe"> {
  /** Parallel resources that are asked for an item at one time. */
  readonly workers: number;
  readonly order: "fifo" | "round_robin";
  readonly signal: AbortSignal;
  /** Default: the run is not cut. */
  readonly cut?: Cut | undefined;
  /** Default: resources are read to their end. */
  readonly timeLimit?: TimeLimit | undefined;
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

  const making = { cut: undefined as Promise<void> | undefined };
  const time = timeOf(options.timeLimit);
  const rest = restOf(options.cut, { lanes: parallel.length + 1, roots, signal, making });
  const road: Road = { breathe, time, rest };
  const lanes = parallel.map((root) => runAlone(root, workers, road));
  lanes.push(options.order === "fifo" ? runInOrder(inTurn, road) : runInTurn(inTurn, road));
  const { cancelled, forget } = whenCancelled(options.signal);
  try {
    await Promise.race([Promise.all(lanes), cancelled, failed]);
  } catch (error) {
    stop.abort();
    // What is being committed is committed whole.
    await making.cut?.catch(() => {});
    await atMost(graceMs, closeAll(roots, lanes));
    throw options.signal.aborted && isAbort(error, options.signal) ? new CancelledError("The run was cancelled.", { cause: error }) : error;
  } finally {
    forget();
  }
}

/** What the lanes of a run look at between two items. */
interface Road {
  readonly breathe: Breathe;
  readonly time: Time | undefined;
  readonly rest: Rest | undefined;
}

interface Time extends TimeLimit {
  readonly isUp: boolean;
}

function timeOf(limit: TimeLimit | undefined): Time | undefined {
  if (limit === undefined) return undefined;
  const endsAt = performance.now() + limit.ms;
  return {
    ...limit,
    get isUp() {
      return performance.now() >= endsAt;
    },
  };
}

/** A cut is made when every generator stands at a `yield`, and all that it gave is written. */
function restOf(
  cut: Cut | undefined,
  run: {
    readonly lanes: number;
    readonly roots: readonly RunningNode[];
    readonly signal: AbortSignal;
    readonly making: { cut: Promise<void> | undefined };
  },
): Rest | undefined {
  if (cut === undefined) return undefined;
  return new Rest(run.lanes, cut.isDue, async () => {
    for (const root of run.roots) await root.finish();
    if (run.signal.aborted) throw run.signal.reason;
    run.making.cut = cut.make();
    await run.making.cut;
    run.making.cut = undefined;
  });
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

async function runAlone(root: RunningNode, workers: Limiter, road: Road): Promise<void> {
  while (await workers.run(() => advance(root, road))) await between(road);
  await root.finish();
  road.rest?.leave();
}

async function runInOrder(roots: readonly RunningNode[], road: Road): Promise<void> {
  for (const root of roots) {
    for (;;) {
      const advanced = advance(root, road);
      const goesOn: boolean = typeof advanced === "boolean" ? advanced : await advanced;
      if (!goesOn) break;
      const pause = between(road);
      if (pause !== undefined) await pause;
    }
    await root.finish();
  }
  road.rest?.leave();
}

async function runInTurn(roots: readonly RunningNode[], road: Road): Promise<void> {
  let active = [...roots];
  while (active.length > 0) {
    const still: RunningNode[] = [];
    for (const root of active) {
      // Most resources are synchronous or settle at once: no await where there is nothing to wait for.
      const advanced = advance(root, road);
      const goesOn: boolean = typeof advanced === "boolean" ? advanced : await advanced;
      if (goesOn) still.push(root);
      else await root.finish();
      const pause = between(road);
      if (pause !== undefined) await pause;
    }
    active = still;
  }
  road.rest?.leave();
}

/** The next item of a root, or its early end. Each gives one item at least: runs that follow each other get on. */
function advance(root: RunningNode, { time }: Road): boolean | Promise<boolean> {
  if (time === undefined || !root.hasTaken || !time.isUp || !time.mayEnd(root.node)) return root.advance();
  return root.endEarly().then((mayHaveMore) => {
    if (mayHaveMore) time.onEnded(root.node);
    return false;
  });
}

function between({ breathe, rest }: Road): Promise<void> | undefined {
  return rest?.pass() ?? breathe();
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
