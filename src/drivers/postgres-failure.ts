import { DriverFailure } from "../core/driver-failure.ts";

/** Which database a failure is about. */
export interface PostgresPlace {
  /** `host:port/database` */
  readonly name: string;
  readonly database: string;
  readonly username: string | undefined;
}

/** Each known failure says what to do; all others are statements that Postgres refused. Errors that are not of the database stay as they are. */
export function postgresFailure(error: unknown, place: PostgresPlace): unknown {
  if (error instanceof DriverFailure || !(error instanceof Error)) return error;
  const found = failureOf(error);
  const known = knownFailures.find(({ codes, pattern }) =>
    codes === undefined
      ? pattern.test(found.message)
      : codes.some((code) => found.code.startsWith(code)) && (pattern?.test(found.message) ?? true),
  );
  if (known !== undefined) return known.tell({ ...found, place, cause: error });
  // Codes of Postgres have five characters; those of Node have more, or there is none.
  return found.code.length === 5 ? new DriverFailure("statement", found.text, { cause: error }) : error;
}

interface FoundError {
  readonly code: string;
  /** As the server or Node tells it. */
  readonly message: string;
  /** With details, as a sentence. */
  readonly text: string;
}

interface Failure extends FoundError {
  readonly place: PostgresPlace;
  readonly cause: unknown;
}

type KnownFailure = { readonly tell: (failure: Failure) => DriverFailure } & (
  | { readonly codes: readonly string[]; readonly pattern?: RegExp }
  | { readonly codes?: undefined; readonly pattern: RegExp }
);

const again = { retryable: true };

const knownFailures: readonly KnownFailure[] = [
  {
    codes: ["42P01", "3F000"],
    pattern: /(?:relation|table|schema|view) "(.+)" does not exist/,
    tell: ({ message, text, cause }) => {
      const [, subject] = /(?:relation|table|schema|view) "(.+)" does not exist/.exec(message) ?? [];
      return new DriverFailure("undefined-relation", text, { cause, ...(subject === undefined ? {} : { subject }) });
    },
  },
  {
    codes: ["ECONNREFUSED"],
    tell: ({ place, cause }) =>
      connection(`Nothing listens at \`${place.name}\`. Start the Postgres server, or correct host and port.`, cause, again),
  },
  {
    codes: ["ENOTFOUND", "EAI_AGAIN"],
    tell: ({ place, text, cause }) =>
      connection(`The host of \`${place.name}\` is not known (${text}) Correct it, or look after the network.`, cause, again),
  },
  {
    codes: ["ENOENT", "EACCES"],
    pattern: /^connect /,
    tell: ({ place, text, cause }) =>
      connection(`The socket of \`${place.name}\` cannot be opened (${text}) Is a server running there?`, cause, again),
  },
  {
    pattern: /^timeout expired/,
    tell: ({ place, cause }) =>
      connection(`\`${place.name}\` did not answer in time. Check host, port and firewall, or raise connectTimeout.`, cause, again),
  },
  {
    codes: ["28000"],
    pattern: /valid client certificate|certificate authentication failed/,
    tell: ({ place, text, cause }) =>
      connection(
        `\`${place.name}\` asks user \`${place.username ?? ""}\` for a certificate: ${text} Name one that is made for this user with sslcert and sslkey in the URL.`,
        cause,
      ),
  },
  {
    codes: ["28P01", "28000"],
    tell: ({ place, text, cause }) =>
      connection(`\`${place.name}\` refused user \`${place.username ?? ""}\`: ${text} Correct username and password.`, cause),
  },
  {
    pattern: /^SASL/,
    tell: ({ place, text, cause }) => connection(`Logging in at \`${place.name}\` failed: ${text} Correct username and password.`, cause),
  },
  {
    codes: ["3D000"],
    tell: ({ place, cause }) =>
      connection(
        `There is no database \`${place.database}\` at \`${place.name}\`. Create it with CREATE DATABASE, or name another.`,
        cause,
      ),
  },
  {
    codes: ["42501"],
    tell: ({ place, text, cause }) =>
      connection(`User \`${place.username ?? ""}\` may not do this at \`${place.name}\`: ${text} Grant it, or use another user.`, cause),
  },
  {
    codes: ["25006"],
    tell: ({ place, text, cause }) => connection(`\`${place.name}\` takes no writes: ${text} Name the primary server.`, cause),
  },
  {
    // Before its class, which passes by itself.
    codes: ["53100"],
    tell: diskFull,
  },
  {
    pattern: /No space left on device/,
    tell: diskFull,
  },
  {
    // A limit that somebody has set.
    codes: ["53400"],
    tell: ({ place, text, cause }) => connection(`\`${place.name}\` has reached a limit: ${text} Raise it there, and run again.`, cause),
  },
  {
    codes: ["53"],
    tell: ({ place, text, cause }) => connection(`\`${place.name}\` is short of something: ${text} Run again later.`, cause, again),
  },
  {
    codes: ["55P03"],
    tell: ({ text, cause }) => connection(`Another session holds a lock: ${text} Run again, or raise lockTimeout.`, cause, again),
  },
  {
    codes: ["57014"],
    pattern: /statement timeout/,
    tell: ({ text, cause }) => connection(`${text} Raise statementTimeout, or run again.`, cause, again),
  },
  {
    codes: ["40002"],
    tell: ({ text, cause }) => new DriverFailure("statement", text, { cause }),
  },
  {
    // Class 40: the server took the transaction back. And two sessions that create the same thing at once.
    codes: ["40", "42701"],
    tell: ({ text, cause }) => connection(`Another writer was faster: ${text} Run again.`, cause, again),
  },
  {
    codes: ["23505", "XX000"],
    pattern: /"pg_(?:namespace|class|type|attribute)_|tuple concurrently/,
    tell: ({ text, cause }) => connection(`Another writer was faster: ${text} Run again.`, cause, again),
  },
  {
    // Sessions that the server ends for being idle are of class 25.
    codes: [
      "08",
      "25P03",
      "25P04",
      "57P",
      "ECONNRESET",
      "EPIPE",
      "ETIMEDOUT",
      "EHOST",
      "ENETUNREACH",
      "ENETDOWN",
      "ENETRESET",
      "ECONNABORTED",
    ],
    tell: ({ place, text, cause }) => connection(`The connection to \`${place.name}\` is lost: ${text} Run again.`, cause, again),
  },
  {
    pattern: /^(?:Connection terminated|Client has encountered a connection error|Client was closed|This socket has been ended)/,
    tell: ({ place, text, cause }) => connection(`The connection to \`${place.name}\` is lost: ${text} Run again.`, cause, again),
  },
  {
    pattern: /does not support SSL connections/,
    tell: ({ place, cause }) =>
      connection(`\`${place.name}\` has no encryption, and sslmode or ssl asks for it. Switch it on there, or set sslmode=disable.`, cause),
  },
  {
    pattern: /SSL alert number \d+/,
    tell: ({ place, text, cause }) =>
      connection(
        `\`${place.name}\` ended the encryption: ${text} If it asks for certificates of clients, look after sslcert and sslkey.`,
        cause,
      ),
  },
  {
    pattern: /certificate|^Hostname\/IP does not match/i,
    tell: ({ place, text, cause }) =>
      connection(
        `The certificate of \`${place.name}\` is not trusted: ${text} Name its authority with sslrootcert or ssl.ca, or give up the check with sslmode=require.`,
        cause,
      ),
  },
  {
    pattern: /^There was an error establishing an SSL connection/,
    tell: ({ place, cause }) =>
      connection(`\`${place.name}\` could not begin the encryption. Run again, and look into its log.`, cause, again),
  },
  {
    codes: ["EPROTO", "ERR_SSL", "ERR_TLS"],
    tell: ({ place, text, cause }) =>
      connection(`The encryption with \`${place.name}\` failed: ${text} Compare the versions of TLS that both take.`, cause),
  },
];

/** Another try a moment later finds it as full, and only makes it fuller. */
function diskFull({ place, text, cause }: Failure): DriverFailure {
  return connection(`The disk of \`${place.name}\` is full: ${text} Free some space there and run again.`, cause);
}

function connection(message: string, cause: unknown, options: { readonly retryable?: boolean } = {}): DriverFailure {
  return new DriverFailure("connection", message, { cause, ...options });
}

/** A host with several addresses fails once for each of them; the first one tells what there is to tell. */
function failureOf(error: Error): FoundError {
  const first = error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error;
  const { code = "", detail, where, hint } = first as PostgresError;
  const message = first.message;
  const text = [message, detail, hint, copyPlace(where)].filter((part) => part !== undefined && part !== "").map(sentence);
  return { code: String(code), message, text: text.join(" ") };
}

/** Fields of an error of the server. */
interface PostgresError extends Error {
  readonly code?: string;
  readonly detail?: string;
  readonly hint?: string;
  /** The call stack of the statement; of a COPY line and column. */
  readonly where?: string;
}

function copyPlace(where: string | undefined): string | undefined {
  return where?.startsWith("COPY ") ? where.split("\n")[0] : undefined;
}

function sentence(text: string | undefined): string {
  return text === undefined || /[.!?]$/.test(text) ? (text ?? "") : `${text}.`;
}
