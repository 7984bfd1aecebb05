import { dirname } from "node:path";
import { DriverFailure } from "../core/driver-failure.ts";

/** Which database a failure is about. */
export interface SqlitePlace {
  /** The file. */
  readonly path: string;
  readonly busyTimeoutMs: number;
}

/** True while somebody else holds a lock that will go: the same statement may be sent again. */
export function isBusy(error: unknown): boolean {
  const code = codeOf(error);
  return code !== "SQLITE_BUSY_SNAPSHOT" && /^SQLITE_(?:BUSY|PROTOCOL)/.test(code);
}

/** SQLite tells its failures by code. Each known one says what to do; all others are statements that it refused. */
export function sqliteFailure(error: unknown, place: SqlitePlace): DriverFailure {
  if (error instanceof DriverFailure) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  const found = knownFailures.find(([pattern]) => pattern.test(code));
  if (found !== undefined) {
    const [, { retryable }, tell] = found;
    return new DriverFailure("connection", tell(place, message), { cause: error, retryable });
  }
  if (/^The database connection is not open/.test(message))
    return new DriverFailure("connection", `The connection to \`${place.path}\` was closed.`, { cause: error });
  const [, missing] = /^(?:no such table|unknown database|no such view): (.+)$/.exec(message) ?? [];
  if (missing !== undefined)
    return new DriverFailure("undefined-relation", `\`${missing}\` does not exist.`, { cause: error, subject: missing });
  return new DriverFailure("statement", statementMessage(message), { cause: error });
}

/** When libsql opens a file itself, its failures have no code. */
function codeOf(error: unknown): string {
  if (error instanceof Error && error.message.startsWith("ConnectionFailed")) return "ConnectionFailed";
  return typeof error === "object" && error !== null && "code" in error && typeof error.code === "string" ? error.code : "";
}

type KnownFailure = readonly [
  code: RegExp,
  options: { readonly retryable: boolean },
  tell: (place: SqlitePlace, message: string) => string,
];

const knownFailures: readonly KnownFailure[] = [
  [
    /^SQLITE_BUSY_SNAPSHOT/,
    { retryable: true },
    ({ path }) => `Another writer of \`${path}\` was faster, and the transaction saw the data of before. Run again.`,
  ],
  [
    /^SQLITE_(?:BUSY|PROTOCOL|LOCKED)/,
    { retryable: true },
    ({ path, busyTimeoutMs }) =>
      `\`${path}\` is locked: somebody else was still writing after ${busyTimeoutMs / 1000} s. Wait until that is done and run again, or raise \`busyTimeout\`.`,
  ],
  [
    /^SQLITE_NOTADB/,
    { retryable: false },
    ({ path }) => `\`${path}\` is not a SQLite database, or it is encrypted. Name another file, or move this one away.`,
  ],
  [
    /^SQLITE_CORRUPT/,
    { retryable: false },
    ({ path }, message) =>
      `\`${path}\` is damaged (${message}). Restore it from a backup, rescue what is left with \`sqlite3 FILE .recover\`, or move it away: the next run makes a new one.`,
  ],
  [/^SQLITE_FULL/, { retryable: false }, ({ path }) => `The disk of \`${path}\` is full. Free some space and run again.`],
  [
    /^SQLITE_(?:READONLY|PERM|AUTH)/,
    { retryable: false },
    ({ path }) => `\`${path}\` cannot be written. Allow writing to the file and its folder, or name another path.`,
  ],
  [
    /^(?:SQLITE_CANTOPEN|ConnectionFailed)/,
    { retryable: false },
    ({ path }) => `\`${path}\` cannot be opened. Check that \`${dirname(path)}\` is a folder in which this process may read and write.`,
  ],
  [
    /^SQLITE_IOERR/,
    { retryable: true },
    ({ path }, message) => `\`${path}\` could not be read or written (${message}). Check its disk, and run again.`,
  ],
];

function statementMessage(message: string): string {
  if (/connection is busy/.test(message))
    return "The connection reads a result in batches. Read it to the end first, or open another connection.";
  if (/too many SQL variables/.test(message)) return "It has more values than the 32,766 that SQLite takes. Ask in smaller batches.";
  return /[.!?]$/.test(message) ? message : `${message}.`;
}
