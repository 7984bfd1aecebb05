import { createHash } from "node:crypto";
import { constants, existsSync, mkdirSync } from "node:fs";
import { access, copyFile, type FileHandle, open, readdir, readFile, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { crashPoint } from "../../core/crash-point.ts";
import { syncFolder } from "../../core/files.ts";
import { moveFile } from "../../core/move-file.ts";
import type { FileStore, StoredFile } from "./file-store.ts";
import { localFailure } from "./local-failure.ts";

export interface LocalFilesOptions {
  /** Absolute path of the folder. */
  readonly root: string;
  /** Key of the folder for files that are not whole yet: no other key may begin with it. It is gone when the store is closed. */
  readonly unfinished: string;
  /** Who writes. Nobody else of that name may write at the same time: what a killed process of it left unfinished is removed. */
  readonly writer: string;
}

/** A folder of this machine. Whatever is written lies in a folder of its own until it is whole and synced, and is then renamed. */
export class LocalFiles implements FileStore {
  readonly #root: string;
  readonly #unfinished: string;
  readonly #writer: string;
  #isTidy = false;

  constructor({ root, unfinished, writer }: LocalFilesOptions) {
    this.#root = root;
    this.#unfinished = unfinished;
    this.#writer = shortHash(writer);
  }

  list(prefix: string): Promise<readonly StoredFile[]> {
    const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
    return this.#telling(prefix, async () => {
      const entries = await entriesBelow(this.localPath(folder));
      const keys = entries.map((path) => folder + path).filter((key) => key.startsWith(prefix));
      return await Promise.all(keys.map(async (key) => ({ key, version: await this.#version(key) })));
    });
  }

  read(key: string): Promise<Uint8Array | undefined> {
    return this.#telling(key, async () => {
      try {
        return await readFile(this.localPath(key));
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    });
  }

  write(key: string, content: string | Uint8Array): Promise<void> {
    return this.#put(key, (file) => file.writeFile(content));
  }

  upload(key: string, path: string): Promise<void> {
    // Where the file system can, both share their blocks until one of them changes.
    return this.#put(key, (_, unfinished) => copyFile(path, unfinished, constants.COPYFILE_FICLONE));
  }

  download(key: string, path: string): Promise<void> {
    return this.#telling(key, () => copyFile(this.localPath(key), path, constants.COPYFILE_FICLONE));
  }

  exists(key: string): Promise<boolean> {
    return this.#telling(key, async () => {
      try {
        await access(this.localPath(key));
        return true;
      } catch (error) {
        if (isMissing(error)) return false;
        throw error;
      }
    });
  }

  async remove(keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.#telling(key, () => rm(this.localPath(key), { force: true }));
  }

  createFolder(key: string): Promise<void> {
    return this.#telling(key, async () => makeFolder(this.localPath(key)));
  }

  localPath(key: string): string {
    return join(this.#root, ...key.split("/"));
  }

  place(key: string): string {
    return this.localPath(key);
  }

  async close(): Promise<void> {
    // Not empty: another process is writing, or one was killed.
    await rmdir(this.localPath(this.#unfinished)).catch(() => {});
  }

  #put(key: string, fill: (file: FileHandle, path: string) => Promise<void>): Promise<void> {
    const path = this.localPath(key);
    return this.#telling(key, async () => {
      await this.#tidy();
      const unfinished = join(this.localPath(this.#unfinished), `${this.#writer}-${shortHash(key)}`);
      const file = await openNew(unfinished);
      try {
        await fill(file, unfinished);
        await file.sync();
      } catch (error) {
        await rm(unfinished, { force: true });
        throw error;
      } finally {
        await file.close();
      }
      makeFolder(dirname(path));
      crashPoint("file:before-rename");
      moveFile(unfinished, path);
      syncFolder(dirname(path));
    });
  }

  async #tidy(): Promise<void> {
    if (this.#isTidy) return;
    this.#isTidy = true;
    const folder = this.localPath(this.#unfinished);
    const left = (await entriesBelow(folder)).filter((name) => name.startsWith(`${this.#writer}-`));
    for (const name of left) await rm(join(folder, name), { force: true });
  }

  async #version(key: string): Promise<string> {
    const { mtimeMs, size } = await stat(this.localPath(key));
    return `${mtimeMs} ${size}`;
  }

  async #telling<T>(key: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw localFailure(error, this.localPath(key));
    }
  }
}

/** Another writer that ends takes the folder with it when it is empty. */
async function openNew(path: string): Promise<FileHandle> {
  for (let attempt = 1; ; attempt += 1) {
    makeFolder(dirname(path));
    try {
      return await open(path, "w");
    } catch (error) {
      if (!isMissing(error) || attempt === 10) throw error;
    }
  }
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 24);
}

/** Relative to the folder, with `/`. */
async function entriesBelow(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const start = folder.endsWith(sep) ? folder.length : folder.length + 1;
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(start).split(sep).join("/"));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** With what is missing above it; each new one survives a power cut. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  const first = mkdirSync(path, { recursive: true });
  for (let made = path; first !== undefined && made.length >= first.length; made = dirname(made)) syncFolder(dirname(made));
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOENT";
}
