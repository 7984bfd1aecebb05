import { UnfinishedFile } from "../unfinished-file.ts";
import type { RowLayout } from "./row-layout.ts";

/** Writes one file of rows as text. */
export class RowTextFile {
  readonly #file: UnfinishedFile;
  readonly #layout: RowLayout;
  readonly #names: readonly string[];
  #text = "";
  #written = 0;
  #rows = 0;

  constructor(path: string, layout: RowLayout, names: readonly string[]) {
    this.#file = new UnfinishedFile(path);
    this.#layout = layout;
    this.#names = names;
  }

  get path(): string {
    return this.#file.path;
  }

  /** About: characters that wait count as bytes. */
  get bytes(): number {
    return this.#written + this.#text.length;
  }

  add(row: string): void {
    this.#text += (this.#rows === 0 ? this.#layout.head(this.#names) : this.#layout.between) + row;
    this.#rows += 1;
    if (this.#text.length >= pieceLength) this.#write();
  }

  /** Ends the file and gives it its name. */
  close(): { bytes: number; rows: number } {
    this.#text += this.#rows === 0 ? this.#layout.empty : this.#layout.tail;
    this.#write();
    this.#written += this.#file.endText();
    this.#file.finish();
    return { bytes: this.#written, rows: this.#rows };
  }

  abort(): void {
    this.#file.abort();
  }

  #write(): void {
    this.#written += this.#file.writeText(this.#text);
    this.#text = "";
  }
}

/** Characters per write. */
const pieceLength = 64 * 1024;
