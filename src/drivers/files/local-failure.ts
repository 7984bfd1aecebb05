import { DriverFailure } from "../../core/driver-failure.ts";

/** What the file system refused, with what to do about it; other errors stay as they are. */
export function localFailure(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  const tell = code === undefined ? undefined : knownCodes[code];
  return tell === undefined
    ? error
    : new DriverFailure("connection", tell(path), { cause: error, retryable: code === "EBUSY" || code === "ENOENT" });
}

const knownCodes: Readonly<Record<string, (path: string) => string>> = {
  ENOSPC: full,
  EDQUOT: full,
  EFBIG: (path) => `\`${path}\` would pass the file size limit of this process. Raise the limit (\`ulimit -f\`) and run again.`,
  EACCES: refused,
  EPERM: refused,
  EROFS: refused,
  ENOENT: (path) => `\`${path}\` is gone. Was it moved while it was used? Run again.`,
  ENOTDIR: (path) => `A part of the path \`${path}\` is a file, where a folder has to be. Name another folder.`,
  EEXIST: (path) => `A part of the path \`${path}\` is a file, where a folder has to be. Name another folder.`,
  EISDIR: (path) => `\`${path}\` is a folder, where a file has to be. Name another folder, or change the layout.`,
  ENAMETOOLONG: (path) => `A name in the path \`${path}\` is too long for the file system. Change the layout, or the names of tables.`,
  EBUSY: (path) => `\`${path}\` is in use by another program. Run again.`,
};

function full(path: string): string {
  return `The disk of \`${path}\` is full. Free some space and run again.`;
}

function refused(path: string): string {
  return `\`${path}\` cannot be written. Allow writing to it and its folder, or name another folder.`;
}
