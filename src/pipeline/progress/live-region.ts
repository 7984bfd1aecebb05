import { type ForeignWrites, watchWrites } from "./foreign-writes.ts";
import type { LogUpdate } from "./log-update.ts";
import type { Terminal } from "./terminal.ts";

const frameMs = 100;

/** A part of the region: one run that is shown. */
export interface Section {
  lines(): readonly string[];
}

const regions = new WeakMap<Terminal, LiveRegion>();

/** The one region of a terminal: runs that go on at the same time share it. */
export function liveRegion(terminal: Terminal): LiveRegion {
  const region = regions.get(terminal) ?? new LiveRegion(terminal);
  regions.set(terminal, region);
  return region;
}

/** The last lines of a terminal, drawn again ten times a second. What the program itself prints goes above them and stays. */
export class LiveRegion {
  readonly #terminal: Terminal;
  readonly #sections = new Set<Section>();
  #logUpdate: LogUpdate | undefined;
  #timer: NodeJS.Timeout | undefined;
  #writes: ForeignWrites | undefined;
  #isDrawn = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  open(section: Section): void {
    this.#sections.add(section);
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => this.#draw(), frameMs).unref();
    this.#writes = watchWrites(this.#terminal, () => this.#erase());
    void this.#load();
  }

  /** Takes the section out; `lines` stay where they are. */
  close(section: Section, lines: readonly string[]): void {
    this.#sections.delete(section);
    for (const line of lines) this.print(line);
    if (this.#sections.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#erase();
    this.#writes?.end();
    this.#writes = undefined;
  }

  /** A line that stays. */
  print(line: string): void {
    this.#erase();
    this.#terminal.write(`${this.#writes?.isAtLineStart === false ? "\n" : ""}${line}\n`);
  }

  /** Most programs run without a terminal, and many runs are over before the first picture. */
  async #load(): Promise<void> {
    if (this.#logUpdate !== undefined) return;
    const { openLogUpdate } = await import("./log-update.ts");
    this.#logUpdate ??= openLogUpdate(this.#terminal);
  }

  #draw(): void {
    // The program is in the middle of a line of its own.
    if (this.#logUpdate === undefined || this.#writes?.isAtLineStart === false) return;
    const width = this.#terminal.columns || 80;
    const lines = [...this.#sections].flatMap((section) => section.lines()).map((line) => line.slice(0, width - 1));
    if (lines.length === 0) return;
    this.#own(() => this.#logUpdate?.draw(lines.join("\n")));
    this.#isDrawn = true;
  }

  #erase(): void {
    if (!this.#isDrawn) return;
    this.#isDrawn = false;
    this.#own(() => this.#logUpdate?.erase());
  }

  #own(write: () => void): void {
    if (this.#writes === undefined) write();
    else this.#writes.pass(write);
  }
}
