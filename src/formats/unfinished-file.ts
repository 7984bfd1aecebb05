import { closeSync, fdatasyncSync, openSync, renameSync, rmSync } from "node:fs";

/** A file that grows as `<path>.tmp` and gets its name when it is whole. */
export class UnfinishedFile {
  readonly path: string;
  readonly temporaryPath: string;
  readonly fd: number;
  #isOpen = true;
  #isDone = false;

  constructor(path: string) {
    this.path = path;
    this.temporaryPath = `${path}.tmp`;
    this.fd = openSync(this.temporaryPath, "w");
  }

  /** Lets `end` write what is missing, and gives the file its name. With `sync` its content survives a power cut (the name only when the folder is synced, too). */
  finish({ sync = false }: { readonly sync?: boolean | undefined }, end: () => void = () => {}): void {
    try {
      end();
      if (sync) fdatasyncSync(this.fd);
      this.#close();
      renameSync(this.temporaryPath, this.path);
      this.#isDone = true;
    } catch (error) {
      this.abort();
      throw error;
    }
  }

  /** Removes what was written. After `finish` or a first `abort` it does nothing. */
  abort(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    if (this.#isOpen) this.#close();
    rmSync(this.temporaryPath, { force: true });
  }

  #close(): void {
    this.#isOpen = false;
    closeSync(this.fd);
  }
}
