import { randomBytes, randomInt } from "node:crypto";

/** What a run takes from the machine: made once by the pipeline, handed down, replaced in tests. Nothing below reads the clock or chance by itself. */
export interface Runtime {
  /** Microseconds since 1970. */
  nowMicros(): number;
  /** A load id that is greater, as text, than every one before it in this process and every one that was seen. */
  newLoadId(): string;
  /** Tells of a load id of another process: the clock may have been set back since, and the greatest id is the newest state. */
  seeLoadId(loadId: string): void;
  randomBytes(size: number): Uint8Array;
}

export interface RuntimeOptions {
  /** The clock; default the machine's. */
  readonly now?: () => Date;
}

export function createRuntime(options: RuntimeOptions = {}): Runtime {
  const { now } = options;
  const nowMicros = now === undefined ? machineMicros : () => now().getTime() * 1000;
  return { nowMicros, newLoadId: () => nextLoadId(nowMicros()), seeLoadId, randomBytes };
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

let lastLoadMicros = 0;
let isLastSeen = false;

/** Unix seconds with microseconds, as dlt writes them. Always six digits, so that the order of texts is the order of times. */
function nextLoadId(micros: number): string {
  // Two machines whose clocks are behind a load id that both have seen must not make the same one of it.
  lastLoadMicros = Math.max(micros, lastLoadMicros + (isLastSeen ? randomInt(1, 10_000) : 1));
  isLastSeen = false;
  const seconds = Math.floor(lastLoadMicros / 1_000_000);
  return `${seconds}.${String(lastLoadMicros % 1_000_000).padStart(6, "0")}`;
}

function seeLoadId(loadId: string): void {
  const micros = Math.ceil(Number(loadId) * 1_000_000);
  if (!Number.isSafeInteger(micros) || micros <= lastLoadMicros) return;
  lastLoadMicros = micros;
  isLastSeen = true;
}
