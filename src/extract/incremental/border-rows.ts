import { keyedStateTableName } from "../../schema/system-tables.ts";
import { plainRow, UnencodableError } from "../encode-row.ts";
import type { BorderChunks } from "./border-chunks.ts";
import { BorderHashes, type KnownHashes, type StoredHashes } from "./border-hashes.ts";
import type { CursorRule } from "./cursor-rule.ts";
import { keyOfRow } from "./row-key.ts";
import { hashedText, hasOldHashes, uniqueHash } from "./unique-hash.ts";

/** What remembering needs. Without chunks all hashes go into the state. */
export interface BorderEnvironment {
  readonly warn: (code: string, message: string) => void;
  readonly chunks?: BorderChunks | undefined;
}

/** More hashes than this are worth a word: they make the state large. */
const manyHashes = 200;
/** So many texts wait to be hashed: most cursors move on before that. */
const maxWaiting = 1000;

/** The rows at the last value of a cursor: those of the run before, which are left out when they come again, and those of this one. */
export class BorderRows {
  readonly #rule: CursorRule;
  readonly #warn: (code: string, message: string) => void;
  readonly #known: KnownHashes;
  readonly #knownAreOld: boolean;
  readonly #hashes: BorderHashes;
  #areOld: boolean;
  #isChanged = false;
  #isLarge: boolean;
  /** Keys or rows of the page at hand. */
  readonly #page: unknown[] = [];
  /** What they hold, once the page is through: a row may change afterwards. */
  readonly #waiting: Waiting[] = [];

  constructor(rule: CursorRule, stored: StoredHashes, { warn, chunks }: BorderEnvironment) {
    this.#rule = rule;
    this.#warn = warn;
    this.#hashes = new BorderHashes(stored, chunks);
    this.#known = this.#hashes.known();
    this.#knownAreOld = hasOldHashes(stored.texts);
    this.#areOld = this.#knownAreOld;
    this.#isLarge = this.#known.size > manyHashes;
    if (this.#hashes.lost > 0) this.#tellLost();
  }

  /** The run before has left rows to look for. */
  get hasKnown(): boolean {
    return this.#known.size > 0;
  }

  /** The run before has loaded the row. Throws MissingKeyError. */
  wasKnown(row: unknown): boolean {
    if (this.#known.size === 0) return false;
    const text = textOf(this.#identityOf(row), this.#knownAreOld);
    return text !== undefined && this.#known.has(uniqueHash(text, this.#knownAreOld));
  }

  /** One more row at the last value. Throws MissingKeyError. */
  add(row: unknown): void {
    this.#page.push(this.#identityOf(row));
  }

  /** The first row at a new last value. Throws MissingKeyError. */
  restart(row: unknown): void {
    this.#page.length = 0;
    this.#waiting.length = 0;
    this.#hashes.clear();
    this.#areOld = false;
    this.#isChanged = true;
    this.add(row);
  }

  endPage(): void {
    for (const identity of this.#page) {
      const waiting = waitingOf(identity, this.#areOld);
      if (waiting !== undefined) this.#waiting.push(waiting);
      if (this.#waiting.length >= maxWaiting) this.#hash();
    }
    this.#page.length = 0;
  }

  /** So many rows are remembered. */
  get size(): number {
    return this.#hashes.size;
  }

  /** What is to be stored; undefined when that is what is stored already. */
  stored(): StoredHashes | undefined {
    this.#hash();
    if (!this.#isChanged) return undefined;
    this.#isChanged = false;
    return this.#hashes.stored();
  }

  #identityOf(row: unknown): unknown {
    const { key } = this.#rule;
    return key === undefined ? row : keyOfRow(row, key);
  }

  #hash(): void {
    const before = this.#hashes.size;
    for (const waiting of this.#waiting) {
      const text = typeof waiting === "string" ? waiting : hashedText(JSON.parse(waiting.json), this.#areOld);
      this.#hashes.add(uniqueHash(text, this.#areOld));
    }
    this.#waiting.length = 0;
    if (this.#hashes.size !== before) this.#isChanged = true;
    if (!this.#isLarge && this.#hashes.size > manyHashes) this.#tellMany();
  }

  #tellMany(): void {
    this.#isLarge = true;
    const { path, resource } = this.#rule;
    this.#warn(
      "cursor-duplicates",
      `More than ${manyHashes} rows of resource \`${resource}\` have the same value of \`${path.text}\`, and each of them is remembered. ` +
        "Take a cursor of a finer resolution, or merge by a key and turn this off: incremental: { primaryKey: [] }.",
    );
  }

  #tellLost(): void {
    const { path, resource } = this.#rule;
    this.#warn(
      "cursor-border-lost",
      `Which rows of resource \`${resource}\` at the last value of \`${path.text}\` are loaded is not fully known any more: what the state refers to is not in the table ` +
        `\`${keyedStateTableName}\`, as after a rollback of the state. Rows with that value that come again are loaded again.`,
    );
  }
}

/** The text that is hashed, or the row as JSON: most of them are overtaken by the next row, and need not be put into order. */
type Waiting = string | { readonly json: string };

function waitingOf(identity: unknown, isOld: boolean): Waiting | undefined {
  const json = typeof identity === "object" && identity !== null && !Array.isArray(identity) ? plainRow(identity) : undefined;
  return json === undefined ? textOf(identity, isOld) : { json };
}

/** Undefined for a row that cannot be stored: that is found, and told, when it is written. */
function textOf(identity: unknown, isOld: boolean): string | undefined {
  try {
    return hashedText(identity, isOld);
  } catch (error) {
    if (error instanceof UnencodableError) return undefined;
    throw error;
  }
}
