import { chmodSync, chownSync, copyFileSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type PostgresOptions, postgres } from "../../../src/destinations/postgres/index.ts";
import { pipeline } from "../../../src/index.ts";
import { failure, values } from "../../e2e/local-pipeline.ts";
import { tempDir } from "../../temp-dir.ts";
import { type Authority, type Certificate, newAuthority } from "./certificates.ts";
import { locationOf } from "./connection.ts";
import { type OwnServer, startOwnServer } from "./own-server.ts";

const password = "s3cret/p@ss%";
const files = mkdtempSync(join(tmpdir(), "leat-tls-"));
let server: OwnServer;
let ours: Authority;
let others: Authority;
let client: Certificate;

/** The server shows a certificate for its address alone. */
beforeAll(async () => {
  ours = newAuthority(files, "ours");
  others = newAuthority(files, "others");
  client = ours.issue("badge");
  server = await startOwnServer();
  await server.script(
    "SET password_encryption = 'scram-sha-256'",
    `CREATE USER loader PASSWORD '${password}'`,
    "CREATE USER badge",
    "CREATE USER secretive",
    "CREATE USER open",
  );
  writeFileSync(
    join(server.dataDir, "pg_hba.conf"),
    [
      "hostssl all badge all cert",
      "hostssl all secretive all trust",
      "hostnossl all open all trust",
      "host all loader all scram-sha-256",
      "host all postgres all trust",
    ].join("\n"),
  );
  await show(ours.issue("server", "IP:127.0.0.1"));
});

afterAll(async () => {
  await server.stop();
  rmSync(files, { recursive: true });
});

/** Gives the server another certificate. */
async function show({ certificate, key }: Certificate): Promise<void> {
  const { uid, gid } = statSync(server.dataDir);
  for (const [from, name] of [
    [certificate, "server.crt"],
    [key, "server.key"],
    [ours.certificate, "root.crt"],
  ] as const) {
    const to = join(server.dataDir, name);
    copyFileSync(from, to);
    chownSync(to, uid, gid);
    chmodSync(to, 0o600);
  }
  server.configure("ssl = on", "ssl_ca_file = 'root.crt'");
  await server.restart();
}

interface Connecting {
  readonly user?: string;
  readonly host?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly options?: PostgresOptions;
}

/** Whether the connection is encrypted, as the server sees it. */
async function isEncrypted({ user = "postgres", host = "127.0.0.1", query = {}, options = {} }: Connecting): Promise<unknown> {
  const { port, database } = locationOf(server.url);
  const secret = user === "loader" ? `:${encodeURIComponent(password)}` : "";
  const connectionString = `postgresql://${user}${secret}@${host}:${port}/${database}?${new URLSearchParams(query)}`;
  const shop = pipeline({
    name: "shop",
    destination: postgres({ connectionString, ...options }),
    pipelinesDir: tempDir(),
    progress: "none",
  });
  return (await values(shop, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))[0];
}

describe("sslmode", () => {
  const rootOf = { ours: () => ours.certificate, others: () => others.certificate, system: () => "system" };
  type Root = keyof typeof rootOf;
  const connecting = (mode: string, root: Root | undefined, rest: Omit<Connecting, "query"> = {}): Connecting => ({
    ...rest,
    query: { sslmode: mode, ...(root === undefined ? {} : { sslrootcert: rootOf[root]() }) },
  });

  test.each<[mode: string, root: Root | undefined, host: string, expected: boolean]>([
    ["disable", undefined, "127.0.0.1", false],
    ["allow", undefined, "127.0.0.1", false],
    ["prefer", undefined, "127.0.0.1", true],
    ["require", undefined, "localhost", true],
    ["require", "ours", "localhost", true],
    ["verify-ca", "ours", "localhost", true],
    ["verify-full", "ours", "127.0.0.1", true],
  ])("%s with the authority %s at %s connects; encrypted: %s, %s", async (mode, root, host, expected) => {
    expect(await isEncrypted(connecting(mode, root, { host }))).toBe(expected);
  });

  test.each<[mode: string, root: Root | undefined, host: string]>([
    ["require", "others", "127.0.0.1"],
    ["verify-ca", "others", "127.0.0.1"],
    ["verify-ca", undefined, "127.0.0.1"],
    ["verify-full", "others", "127.0.0.1"],
    ["verify-full", undefined, "127.0.0.1"],
    ["verify-full", "system", "127.0.0.1"],
    ["verify-full", "ours", "localhost"],
  ])("%s with the authority %s at %s does not trust the server", async (mode, root, host) => {
    expect(await failure(() => isEncrypted(connecting(mode, root, { host })))).toMatchObject({
      code: "connection",
      retryable: false,
      message: expect.stringContaining("is not trusted"),
    });
  });

  test("allow is encrypted where the server asks for it, prefer is not where the server does not want it", async () => {
    expect(await isEncrypted(connecting("allow", undefined, { user: "secretive" }))).toBe(true);
    expect(await isEncrypted(connecting("prefer", undefined, { user: "open" }))).toBe(false);
    for (const [mode, user] of [
      ["disable", "secretive"],
      ["require", "open"],
    ] as const) {
      expect(await failure(() => isEncrypted(connecting(mode, undefined, { user })))).toMatchObject({
        code: "connection",
        message: expect.stringContaining("no pg_hba.conf entry"),
      });
    }
  });

  test("verify-full does not take the name of this machine for its address", async () => {
    await show(ours.issue("server", "DNS:localhost"));
    try {
      expect(await failure(() => isEncrypted(connecting("verify-full", "ours")))).toMatchObject({
        code: "connection",
        message: expect.stringContaining("is not trusted"),
      });
      expect(await isEncrypted(connecting("verify-full", "ours", { host: "localhost" }))).toBe(true);
    } finally {
      await show(ours.issue("server", "IP:127.0.0.1"));
    }
  });
});

describe("a certificate of the client", () => {
  const badge = () => ({ sslmode: "verify-full", sslrootcert: ours.certificate, sslcert: client.certificate, sslkey: client.key });

  test("is shown to the server", async () => {
    expect(await isEncrypted({ user: "badge", query: badge() })).toBe(true);
  });

  test("of the URL is shown, too, where the code says how to encrypt", async () => {
    expect(await isEncrypted({ user: "badge", query: badge(), options: { ssl: true } })).toBe(true);
    const { sslrootcert: _, ...query } = badge();
    expect(await isEncrypted({ user: "badge", query, options: { ssl: { ca: ours.text } } })).toBe(true);
  });

  test("of an authority that the server does not know is refused with words", async () => {
    const { certificate, key } = others.issue("badge");
    const error = await failure(() => isEncrypted({ user: "badge", query: { ...badge(), sslcert: certificate, sslkey: key } }));
    expect(error).toMatchObject({ code: "connection", message: expect.stringContaining("sslcert") });
  });

  test("of another user is refused with words", async () => {
    const { certificate, key } = ours.issue("somebody");
    const error = await failure(() => isEncrypted({ user: "badge", query: { ...badge(), sslcert: certificate, sslkey: key } }));
    expect(error).toMatchObject({ code: "connection", retryable: false, message: expect.stringContaining("for this user") });
  });

  test("that is missing is asked for", async () => {
    const { sslcert: _, sslkey: __, ...query } = badge();
    expect(await failure(() => isEncrypted({ user: "badge", query }))).toMatchObject({
      code: "connection",
      retryable: false,
      message: expect.stringMatching(/certificate.*sslcert/s),
    });
  });

  test.each([
    ["sslcert", "without a key", () => ({ ...badge(), sslkey: undefined }), "config", "sslkey"],
    ["sslkey", "without a certificate", () => ({ ...badge(), sslcert: undefined }), "config", "sslcert"],
    ["sslkey", "that is no key", () => ({ ...badge(), sslkey: client.certificate }), "config", "sslkey"],
    ["sslcert", "that is another one's", () => ({ ...badge(), sslcert: others.certificate }), "config", "sslkey"],
    ["sslrootcert", "that is no certificate", () => ({ ...badge(), sslrootcert: join(server.dataDir, "PG_VERSION") }), "config", "PEM"],
  ])("%s %s is told", async (_setting, _problem, query, code, word) => {
    const given = Object.fromEntries(Object.entries(query()).filter(([, value]) => value !== undefined)) as Record<string, string>;
    const error = await failure(() => isEncrypted({ user: "badge", query: given }));
    expect(error).toMatchObject({ code, retryable: false, message: expect.stringContaining(word) });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("PRIVATE KEY");
  });
});

describe("channel_binding=require", () => {
  const query = { channel_binding: "require" };

  test("binds the login to the encryption", async () => {
    expect(await isEncrypted({ user: "loader", query: { ...query, sslmode: "require" } })).toBe(true);
  });

  test.each([
    ["without encryption", "loader", "disable"],
    ["where nobody asks for a password", "postgres", "require"],
  ])("%s is refused", async (_, user, sslmode) => {
    const error = await failure(() => isEncrypted({ user, query: { ...query, sslmode } }));
    expect(error).toMatchObject({ code: "connection", retryable: false, message: expect.stringContaining("channel_binding") });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("s3cret");
  });
});

test("a server without encryption is not taken where a mode asks for it", async () => {
  server.configure("ssl = off");
  await server.restart();
  try {
    expect(await isEncrypted({ query: { sslmode: "prefer" } })).toBe(false);
    for (const sslmode of ["require", "verify-ca", "verify-full"]) {
      expect(await failure(() => isEncrypted({ query: { sslmode } }))).toMatchObject({
        code: "connection",
        retryable: false,
        message: expect.stringContaining("has no encryption"),
      });
    }
  } finally {
    server.configure("ssl = on");
    await server.restart();
  }
});
