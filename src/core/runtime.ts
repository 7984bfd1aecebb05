import { randomBytes, randomInt } from "node:crypto";
import { setTimeout as timer } from "node:timers/promises";

/** What a run takes from the machine: made once by the pipeline, handed down, replaced in tests. Nothing below reads the clock or chance by itself. */
export interface Runtime {
  /** Microseconds since 1970. */
  nowMicros(): number;
  /** A load id that is greater, as text, than every one before it in this process and every one that was seen. */
  newLoadId(): string;
  /** Tells of a load id of another process: the clock may have been set back since, and the greatest id is the newest state. */
  seeLoadId(loadId: string): void;
  randomBytes(size: number): Uint8Array;
  /** Waits. Rejects when the signal fires. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export interface RuntimeOptions {
  /** The clock; default the machine's. */
  readonly now?: () => Date;
}

export function createRuntime(options: RuntimeOptions = {}): Runtime {
  const { now } = options;
  const nowMicros = now === undefined ? machineMicros : () => now().getTime() * 1000;
  // A clock of its own goes with load ids of its own: those of the process may be decades ahead of it.
  const loadIds = now === undefined ? loadIdsOfProcess : new LoadIds();
  return {
    nowMicros,
    newLoadId: () => loadIds.next(nowMicros()),
    seeLoadId: (loadId) => loadIds.see(loadId),
    randomBytes,
    sleep: (ms, signal) => timer(ms, undefined, { signal }),
  };
}

/** True when random bytes are those of the machine, which any thread can take. */
export function usesChanceOfMachine(runtime: Pick<Runtime, "randomBytes">): boolean {
  return runtime.randomBytes === randomBytes;
}

let lastMicros = 0;

/** Milliseconds of the wall clock: `performance` counts on from the start of the process, and falls behind it in days. It only gives the digits below, and time still rises. */
function machineMicros(): number {
  const below = Math.floor(performance.now() * 1000) % 1000;
  const micros = Date.now() * 1000 + below;
  // The two clocks do not tick together: within a millisecond the digits may begin again. A clock that was set back is believed.
  lastMicros = micros > lastMicros || micros < lastMicros - 1_000_000 ? micros : lastMicros + 1;
  return lastMicros;
}

/** Unix seconds with microseconds, as dlt writes them. Always six digits, so that the order of texts is the order of times. */
class LoadIds {
  #lastMicros = 0;
  #isLastSeen = false;

  next(micros: number): string {
    // Two machines whose clocks are behind a load id that both have seen must not make the same one of it.
    this.#lastMicros = Math.max(micros, this.#lastMicros + (this.#isLastSeen ? randomInt(1, 10_000) : 1));
    this.#isLastSeen = false;
    const seconds = Math.floor(this.#lastMicros / 1_000_000);
    return `${seconds}.${String(this.#lastMicros % 1_000_000).padStart(6, "0")}`;
  }

  see(loadId: string): void {
    const micros = Math.ceil(Number(loadId) * 1_000_000);
    if (!Number.isSafeInteger(micros) || micros <= this.#lastMicros) return;
    this.#lastMicros = micros;
    this.#isLastSeen = true;
  }
}

const loadIdsOfProcess = new LoadIds();
