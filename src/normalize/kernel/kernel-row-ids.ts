import { rowIdPools } from "../../core/random-row-ids.ts";
import type { Runtime } from "../../core/runtime.ts";
import type { Kernel } from "./kernel.ts";

const idBytes = 10;
const poolBytes = 10_000;

/** The random bytes that ids of rows are made of: the kernel and the reference take turns, as if one of them did all rows. */
export class KernelRowIds {
  readonly #kernel: Kernel;
  readonly #nextPool: () => Uint8Array;

  constructor(kernel: Kernel, runtime: Pick<Runtime, "randomBytes">) {
    this.#kernel = kernel;
    this.#nextPool = rowIdPools(runtime);
    // What is left of another run is not used.
    kernel.calls.setUsedRandomBytes(poolBytes);
  }

  /** The id of a row that the reference does. */
  readonly next = (): string => {
    const { calls } = this.#kernel;
    let used = calls.usedRandomBytes();
    if (used >= poolBytes) {
      this.fill();
      used = 0;
    }
    calls.setUsedRandomBytes(used + idBytes);
    const at = (calls.randomPool() >>> 0) + used;
    // 10 bytes are 14 characters and two of padding.
    return this.#kernel.bytes.toString("base64", at, at + idBytes).slice(0, 14);
  };

  fill(): void {
    const { calls, bytes } = this.#kernel;
    bytes.set(this.#nextPool(), calls.randomPool() >>> 0);
  }
}
