/**
 * Brings all lanes of a run to rest: each stands between two items, and waits until `work` is done. Lanes ask between any two items, so the
 * question costs nothing while nobody asked for a rest.
 */
export class Rest {
  readonly #isDue: () => boolean;
  readonly #work: () => Promise<void>;
  #lanes: number;
  #waiting: { readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = [];

  constructor(lanes: number, isDue: () => boolean, work: () => Promise<void>) {
    this.#lanes = lanes;
    this.#isDue = isDue;
    this.#work = work;
  }

  /** A lane stands between two items. */
  pass(): Promise<void> | undefined {
    if (this.#waiting.length === 0 && !this.#isDue()) return undefined;
    const rested = new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }));
    this.#workIfAllWait();
    return rested;
  }

  /** A lane is at its end. */
  leave(): void {
    this.#lanes -= 1;
    this.#workIfAllWait();
  }

  #workIfAllWait(): void {
    if (this.#waiting.length > 0 && this.#waiting.length === this.#lanes) void this.#workNow();
  }

  async #workNow(): Promise<void> {
    try {
      await this.#work();
      for (const { resolve } of this.#waiting.splice(0)) resolve();
    } catch (error) {
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    }
  }
}
