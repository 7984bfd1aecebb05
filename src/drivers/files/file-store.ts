/**
 * A place with files: a folder, a bucket. A key is the path of a file below it, with `/` between its parts. A file is there whole or not at all, and durable
 * once the call that wrote it has returned. Throws DriverFailure.
 */
export interface FileStore {
  /** All files whose key begins with the text, in no order. None where there is no such folder. */
  list(prefix: string): Promise<readonly StoredFile[]>;
  /** Undefined when there is no such file. */
  read(key: string): Promise<Uint8Array | undefined>;
  write(key: string, content: string | Uint8Array): Promise<void>;
  /** A file that is there is replaced. */
  upload(key: string, path: string): Promise<void>;
  /** Into a new file. */
  download(key: string, path: string): Promise<void>;
  exists(key: string): Promise<boolean>;
  /** What is gone already counts as removed. */
  remove(keys: readonly string[]): Promise<void>;
  /** Where folders are things of their own. */
  createFolder(key: string): Promise<void>;
  /** Where the files are on this machine; undefined where they have to be downloaded. */
  localPath(key: string): string | undefined;
  /** A path or a URL, for people. */
  place(key: string): string;
  close(): Promise<void>;
}

export interface StoredFile {
  readonly key: string;
  /** Another one when the content is another one. */
  readonly version: string;
}
