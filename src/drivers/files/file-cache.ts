import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { FileStore, StoredFile } from "./file-store.ts";

const atOnce = 8;

/** Copies of files of other machines, for readers that need them here. They are gone when it is closed, and at the end of the process. */
export class FileCache {
  readonly #copies = new Map<string, Promise<string>>();
  #folder: string | undefined;

  /** Where the files are on this machine, in their order. Those that are there stay where they are. */
  async paths(store: FileStore, files: readonly StoredFile[]): Promise<readonly string[]> {
    const paths: string[] = new Array(files.length);
    const waiting = files.map((file, index) => ({ file, index }));
    const worker = async (): Promise<void> => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
        paths[next.index] = store.localPath(next.file.key) ?? (await this.#copy(store, next.file));
    };
    await Promise.all(Array.from({ length: Math.min(atOnce, files.length) }, worker));
    return paths;
  }

  close(): void {
    if (this.#folder !== undefined) removeFolder(this.#folder);
    this.#folder = undefined;
    this.#copies.clear();
  }

  #copy(store: FileStore, { key, version }: StoredFile): Promise<string> {
    const id = `${store.place(key)} ${version}`;
    let copy = this.#copies.get(id);
    if (copy === undefined) {
      copy = this.#download(store, key, id);
      this.#copies.set(id, copy);
      copy.catch(() => this.#copies.delete(id));
    }
    return copy;
  }

  async #download(store: FileStore, key: string, id: string): Promise<string> {
    this.#folder ??= newFolder();
    // The ending says how to read it.
    const path = join(this.#folder, `${createHash("sha256").update(id).digest("hex").slice(0, 24)}-${basename(key)}`);
    await store.download(key, `${path}.part`);
    await rename(`${path}.part`, path);
    return path;
  }
}

const folders = new Set<string>();

function newFolder(): string {
  // One listener for all of them: Node warns of many.
  if (folders.size === 0) process.on("exit", removeFolders);
  const folder = mkdtempSync(join(tmpdir(), "leat-files-"));
  folders.add(folder);
  return folder;
}

function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  folders.delete(folder);
  if (folders.size === 0) process.off("exit", removeFolders);
}

function removeFolders(): void {
  for (const folder of folders) removeFolder(folder);
}
