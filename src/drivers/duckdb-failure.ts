import { dirname } from "node:path";
import { DriverFailure } from "../core/driver-failure.ts";

/** Which database a failure is about. */
export interface FailurePlace {
  readonly path: string;
  /** Of the DuckDB in use: `v1.5.5`. */
  readonly version?: string;
}

/** DuckDB tells its failures by text only. Each known one says what to do; all others are statements that it refused. */
export function duckDbFailure(error: unknown, place: FailurePlace): DriverFailure {
  if (error instanceof DriverFailure) return error;
  const message = error instanceof Error ? error.message : String(error);
  for (const { pattern, tell } of knownFailures) {
    const match = pattern.exec(message);
    if (match !== null) return tell({ match, cause: error, ...place });
  }
  return new DriverFailure("statement", firstParagraph(message), { cause: error });
}

interface Failure extends FailurePlace {
  readonly match: RegExpExecArray;
  readonly cause: unknown;
}

interface KnownFailure {
  readonly pattern: RegExp;
  readonly tell: (failure: Failure) => DriverFailure;
}

const knownFailures: readonly KnownFailure[] = [
  {
    pattern: /Could not set lock on file.*?Conflicting lock is held(?: in (.+?))?(?: \(PID (\d+)\)|\.?(?:\s|$))/s,
    tell: ({ path, match: [, program, pid], cause }) =>
      connection(
        `\`${path}\` is in use by ${pid === undefined ? "another process" : `process ${pid}`}${program === undefined ? "" : ` (${program})`}. ` +
          "DuckDB lets one process at a time open a file. Wait until that one is done, or end it, and run again.",
        cause,
        { retryable: true },
      ),
  },
  {
    pattern: /with version number (\d+), but we can only read versions? (?:between )?(\d+)(?: and (\d+))?/,
    tell: ({ path, version, match: [, found, oldest, newest = oldest], cause }) => {
      const what = `has the storage version ${found}; the DuckDB that leat uses${version === undefined ? "" : ` (${version})`} reads ${oldest} to ${newest}.`;
      return connection(`\`${path}\` ${what} ${Number(found) > Number(newest) ? tooNew(path, version) : tooOld}`, cause);
    },
  },
  {
    pattern: /not a valid DuckDB database file/,
    tell: ({ path, cause }) => connection(`\`${path}\` is not a DuckDB database. Name another file, or move this one away.`, cause),
  },
  {
    pattern: /(?:replaying WAL|Corrupt WAL).*/s,
    tell: ({ path, match: [detail], cause }) =>
      connection(
        `The log \`${path}.wal\` is damaged (${firstParagraph(detail)}). Restore database and log from a backup. ` +
          "Without the log the database opens as of its last checkpoint: move the log away, then load the lost packages again.",
        cause,
      ),
  },
  {
    pattern: /(?:Corrupt database file|Could not read enough bytes).*/s,
    tell: ({ path, match: [detail], cause }) =>
      connection(
        `\`${path}\` is damaged (${firstParagraph(detail)}). Restore it from a backup, or move it away: the next run makes a new one.`,
        cause,
      ),
  },
  {
    pattern: /No space left on device|Disk quota exceeded/,
    tell: ({ path, cause }) => connection(`The disk of \`${path}\` is full. Free some space and run again.`, cause),
  },
  {
    pattern: /File too large/,
    tell: ({ path, cause }) =>
      connection(`\`${path}\` would pass the file size limit of this process. Raise the limit (\`ulimit -f\`) and run again.`, cause),
  },
  {
    pattern: /Cannot open file.*No such file or directory/s,
    tell: ({ path, cause }) => connection(`The folder \`${dirname(path)}\` does not exist. Create it, or name another path.`, cause),
  },
  {
    pattern: /Permission denied|Read-only file system/,
    tell: ({ path, cause }) =>
      connection(`\`${path}\` cannot be written. Allow writing to the file and its folder, or name another path.`, cause),
  },
  {
    pattern: /Is a directory/,
    tell: ({ path, cause }) => connection(`\`${path}\` is a folder. Name a file.`, cause),
  },
  {
    pattern: /different configuration than existing connections/,
    tell: ({ path, cause }) =>
      connection(`\`${path}\` is open in this process with other settings. Give both the same settings, or close the first.`, cause),
  },
  {
    pattern: /options were not recognized: (.+)|unrecognized configuration parameter "(.+?)"/,
    tell: ({ match: [, first, second], cause }) =>
      connection(`DuckDB has no setting \`${first ?? second}\`. Correct the \`settings\` of the destination.`, cause),
  },
  {
    pattern: /database has been invalidated|^FATAL Error/,
    tell: ({ path, match, cause }) =>
      connection(`The connection to \`${path}\` is lost (${firstParagraph(match.input)}). Run again.`, cause, { retryable: true }),
  },
  {
    pattern: /connection disconnected/,
    tell: ({ path, cause }) => connection(`The connection to \`${path}\` was closed.`, cause),
  },
  {
    pattern: /Table with name "?(.+?)"? does not exist/,
    tell: ({ match: [, table], cause }) => undefinedRelation(table, cause),
  },
  {
    pattern: /schema "?(.+?)"? does not exist/i,
    tell: ({ match: [, schema], cause }) => undefinedRelation(schema, cause),
  },
  {
    pattern: /write-write conflict|Conflict on |another transaction has altered this table/,
    tell: ({ match, cause }) =>
      connection(`Another writer was faster: ${firstParagraph(match.input)} Run again.`, cause, { retryable: true }),
  },
  {
    pattern: /^Out of Memory Error/,
    tell: ({ match, cause }) =>
      new DriverFailure("statement", `${firstParagraph(match.input)} Raise the setting \`memory_limit\`, or lower \`threads\`.`, { cause }),
  },
];

/** What any DuckDB writes into a file that an older one made stays readable for that one. */
function tooNew(path: string, version = "v1.5.0"): string {
  const storage = version.replace(/^v?(\d+\.\d+).*$/, "v$1.0");
  return (
    "A newer DuckDB made the file. " +
    `Copy it with that one: ATTACH '${path}' AS newer; ATTACH 'copy.duckdb' AS copy (STORAGE_VERSION '${storage}'); COPY FROM DATABASE newer TO copy. ` +
    `So that it does not come again: let leat make the file, or attach it with that STORAGE_VERSION there too, or install duckdb==${version.replace(/^v/, "")} there. ` +
    "Or update the package @duckdb/node-api here."
  );
}

const tooOld =
  "An old DuckDB made the file. Move its content with that one: EXPORT DATABASE 'folder'; then here: IMPORT DATABASE 'folder'.";

function connection(message: string, cause: unknown, options: { readonly retryable?: boolean } = {}): DriverFailure {
  return new DriverFailure("connection", message, { cause, ...options });
}

function undefinedRelation(name: string | undefined, cause: unknown): DriverFailure {
  return new DriverFailure("undefined-relation", `\`${name}\` does not exist.`, {
    cause,
    ...(name === undefined ? {} : { subject: name }),
  });
}

/** Without the statement and the list of similar names that DuckDB adds. */
function firstParagraph(message: string): string {
  const text = (message.split(/\n\n|\nLINE |\nDid you mean|\nCandidate/)[0] ?? message).replaceAll("\n", " ").trim();
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
