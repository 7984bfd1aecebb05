import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { connectPostgres, type PostgresLocation, postgresPlace } from "./postgres.ts";
import { loadPostgresPackages, type PackageImports } from "./postgres-packages.ts";
import { tlsAttempts } from "./postgres-tls.ts";

const secret = "s3cret-pass";

describe("a server that cannot be reached", () => {
  test("says so, and is worth another try", async () => {
    const location = await listening(() => {});
    const unused = { ...location, port: await freePort() };
    expect(await failure(unused)).toMatchObject({
      kind: "connection",
      retryable: true,
      message: `Nothing listens at \`127.0.0.1:${unused.port}/shop\`. Start the Postgres server, or correct host and port.`,
    });
    expect(await failure({ ...location, host: "no-such-host.invalid" })).toMatchObject({
      kind: "connection",
      retryable: true,
      message: expect.stringContaining("no-such-host.invalid"),
    });
    expect(await failure({ ...location, host: "/no/such/folder" })).toMatchObject({
      kind: "connection",
      retryable: true,
      message: expect.stringContaining("Is a server running there?"),
    });
  });

  test("is given up after the time-out", async () => {
    const location = await listening(() => {});
    expect(await failure({ ...location, connectTimeoutMs: 50 })).toMatchObject({
      kind: "connection",
      retryable: true,
      message: expect.stringContaining("did not answer in time"),
    });
  });

  test("that hangs up is told", async () => {
    expect(await failure(await listening((socket) => socket.destroy()))).toMatchObject({ kind: "connection", retryable: true });
  });
});

describe("a login that fails", () => {
  test("names the user and never the password", async () => {
    const location = await listening((socket) => socket.end(errorMessage("28P01", 'password authentication failed for user "loader"')));
    const error = await failure(location);
    expect(error).toMatchObject({
      kind: "connection",
      retryable: false,
      message: `\`${postgresPlace(location)}\` refused user \`loader\`: password authentication failed for user "loader". Correct username and password.`,
    });
    expect(everything(error)).not.toContain(secret);
  });

  test("says that a password is wanted when there is none", async () => {
    const { password: _, ...location } = await listening((socket) => socket.write(asksForPassword));
    expect(await failure(location)).toMatchObject({
      kind: "connection",
      retryable: false,
      message: `\`${postgresPlace(location)}\` asks for the password of user \`loader\`. Set it: credentials.password, or in the URL.`,
    });
  });

  test("for want of connections is worth another try", async () => {
    const location = await listening((socket) => socket.end(errorMessage("53300", "sorry, too many clients already")));
    expect(await failure(location)).toMatchObject({ kind: "connection", retryable: true });
  });

  test.each([
    ["53100", 'could not extend file "base/1/2"'],
    ["58030", 'could not write to file "base/pgsql_tmp/x": No space left on device'],
  ])("for a full disk (%s) is not: it says so at once", async (code, text) => {
    const location = await listening((socket) => socket.end(errorMessage(code, text)));
    expect(await failure(location)).toMatchObject({
      kind: "connection",
      retryable: false,
      message: expect.stringMatching(/^The disk of .* is full/),
    });
  });
});

describe("encryption", () => {
  test("is tried first, and given up for a server without it", async () => {
    const asked: string[] = [];
    const location = await listening((socket) => socket.end(errorMessage("3D000", "no")), asked);
    expect(await failure({ ...location, tls: { mode: "prefer" } })).toMatchObject({ message: expect.stringContaining("CREATE DATABASE") });
    expect(asked).toEqual(["encryption", "login"]);
  });

  test("is not given up where it is asked for", async () => {
    const asked: string[] = [];
    const location = await listening((socket) => socket.end(errorMessage("3D000", "no")), asked);
    expect(await failure({ ...location, tls: { mode: "require" } })).toMatchObject({
      kind: "connection",
      retryable: false,
      message: expect.stringContaining("has no encryption"),
    });
    expect(asked).toEqual(["encryption"]);
  });

  test("is left out on this machine, and tried when its server wants it", async () => {
    const asked: string[] = [];
    const refusal = errorMessage("28000", 'no pg_hba.conf entry for host "127.0.0.1", user "loader", database "shop", no encryption');
    const location = await listening((socket) => socket.end(refusal), asked);
    await failure(location);
    expect(asked).toEqual(["login", "encryption"]);
  });

  test.each([
    ["db.example.com", undefined, [{ rejectUnauthorized: false }, false]],
    ["localhost", undefined, [false, { rejectUnauthorized: false }]],
    ["db.example.com", "disable", [false]],
    ["db.example.com", "require", [{ rejectUnauthorized: false }]],
    ["db.example.com", "verify-ca", [{ rejectUnauthorized: true, checkServerIdentity: expect.any(Function) }]],
    ["db.example.com", "verify-full", [{ rejectUnauthorized: true, host: "db.example.com" }]],
    ["/run/postgresql", "verify-full", [false]],
  ] as const)("of %s with mode %s is what libpq does", (host, mode, expected) => {
    expect(tlsAttempts({ mode }, host)).toEqual(expected);
  });

  test("with `require` checks the chain of certificates when there are authorities", () => {
    expect(tlsAttempts({ mode: "require", ca: "PEM" }, "db.example.com")).toEqual([
      { ca: "PEM", rejectUnauthorized: true, checkServerIdentity: expect.any(Function) },
    ]);
  });
});

test("packages that are not installed are named, all of them", async () => {
  const imports: PackageImports = {
    pg: () => import("pg"),
    "pg-copy-streams": () => Promise.reject(new Error("Cannot find package")),
    "pg-cursor": () => Promise.reject(new Error("Cannot find package")),
  };
  await expect(loadPostgresPackages(imports)).rejects.toMatchObject({ kind: "missing-driver", subject: "pg-copy-streams pg-cursor" });
});

test("the place of a database is told without user and password", () => {
  const location = { host: "::1", port: 5432, database: "shop", username: "loader", password: secret, connectTimeoutMs: 1 };
  expect(postgresPlace(location)).toBe("[::1]:5432/shop");
});

/** A server that has no encryption, and answers a login in that way. */
async function listening(onLogin: (socket: Socket) => void, asked: string[] = []): Promise<PostgresLocation> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      if (bytes.length < 8) return;
      const isTls = bytes.readInt32BE(4) === tlsRequest;
      asked.push(isTls ? "encryption" : "login");
      if (isTls) socket.write("N");
      else onLogin(socket);
    });
    onTestFinished(() => void socket.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { host: "127.0.0.1", port, database: "shop", username: "loader", password: secret, connectTimeoutMs: 5000 };
}

const tlsRequest = 80877103;
const asksForPassword = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]);

function errorMessage(code: string, message: string): Buffer {
  const fields = Buffer.from(`SFATAL\0C${code}\0M${message}\0\0`);
  const length = Buffer.alloc(4);
  length.writeInt32BE(fields.length + 4);
  return Buffer.concat([Buffer.from("E"), length, fields]);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function failure(location: PostgresLocation): Promise<unknown> {
  try {
    const connection = await connectPostgres(location);
    await connection.close();
  } catch (error) {
    return error;
  }
  throw new Error("It connected.");
}

/** All that can be seen of an error. */
function everything(error: unknown): string {
  const { message, stack, cause } = error as Error;
  return [message, stack, JSON.stringify(error), cause === undefined ? "" : everything(cause)].join("\n");
}
