import { execFile, execFileSync } from "node:child_process";
import { chmodSync, chownSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inspect, promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postgres } from "../../../src/destinations/postgres/index.ts";
import { connectPostgres } from "../../../src/drivers/postgres.ts";
import { pipeline } from "../../../src/index.ts";
import { failure, values } from "../../e2e/local-pipeline.ts";
import { tempDir } from "../../temp-dir.ts";
import { locationOf } from "./connection.ts";

const script = fileURLToPath(new URL("../../../scripts/postgres-env.sh", import.meta.url));
const password = "s3cret/p@ss%";

/** A server of its own, with encryption and a user who has to show a password and may not come without encryption. */
let url: string;
let ca: string;

beforeAll(async () => {
  url = (await promisify(execFile)("bash", [script, "start"])).stdout.trim();
  const connection = await connectPostgres(locationOf(url));
  const [{ folder }] = (await connection.query<{ folder: string }>("SELECT current_setting('data_directory') AS folder")) as [
    { folder: string },
  ];
  ca = makeCertificate(folder);
  writeFileSync(join(folder, "pg_hba.conf"), "hostssl all loader 127.0.0.1/32 scram-sha-256\nhost all postgres 127.0.0.1/32 trust\n");
  await connection.script([
    "SET password_encryption = 'scram-sha-256'",
    `CREATE USER loader PASSWORD '${password}'`,
    "GRANT CREATE ON DATABASE postgres TO loader",
  ]);
  await connection.script(["ALTER SYSTEM SET ssl = on"]);
  await connection.query("SELECT pg_reload_conf()");
  await connection.close();
});

afterAll(() => void execFileSync("bash", [script, "stop", url]));

test("a user with a password loads over an encrypted connection, also where the URL says nothing of encryption", async () => {
  const shop = shopOn(postgres(urlOf("loader", password)));
  await shop.run([{ id: 1 }], { tableName: "items" });
  expect(await values(shop, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")).toEqual([true]);
});

test("the certificate is checked where that is asked for", async () => {
  const options = { connectionString: urlOf("loader", password) };
  const load = (ssl: NonNullable<Parameters<typeof postgres>[0] & object>["ssl"] & {}) =>
    shopOn(postgres({ ...options, ssl })).run([{ id: 1 }], { tableName: "items" });
  await load({ ca });
  await load({ rejectUnauthorized: false });
  const untrusted = await failure(() => load(true));
  expect(untrusted).toMatchObject({ code: "connection", retryable: false, message: expect.stringContaining("is not trusted") });
  const path = join(tempDir(), "ca.pem");
  writeFileSync(path, ca);
  await shopOn(
    postgres(`${options.connectionString}?sslmode=verify-full&sslrootcert=${encodeURIComponent(path)}&channel_binding=require`),
  ).sync();
});

describe("a login that fails", () => {
  test.each([
    ["a wrong password", () => urlOf("loader", "wrong-s3cret"), 'password authentication failed for user "loader"'],
    ["no password", () => urlOf("loader"), "asks for the password of user `loader`"],
    ["an empty password", () => urlOf("loader", ""), "Correct username and password."],
    ["an unknown user", () => urlOf("nobody", "wrong-s3cret"), "no pg_hba.conf entry"],
    ["encryption switched off", () => `${urlOf("loader", "wrong-s3cret")}?sslmode=disable`, "no encryption"],
  ])("for %s says why, without the password", async (_, connection, expected) => {
    const error = await failure(() => shopOn(postgres(connection())).run([{ id: 1 }], { tableName: "items" }));
    expect(error).toMatchObject({ code: "connection", retryable: false, message: expect.stringContaining(expected) });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("s3cret");
  });
});

test("a user who may not create a dataset is told so, and loads into one that is there", async () => {
  const owner = await connectPostgres(locationOf(url));
  await owner.script([
    "REVOKE CREATE ON DATABASE postgres FROM loader",
    "CREATE SCHEMA prepared",
    "GRANT ALL ON SCHEMA prepared TO loader",
  ]);
  await owner.close();
  await shopOn(postgres(urlOf("loader", password)), "prepared").run([{ id: 1 }], { tableName: "items" });
  const error = await failure(() => shopOn(postgres(urlOf("loader", password)), "elsewhere").run([{ id: 1 }], { tableName: "items" }));
  expect(error).toMatchObject({ code: "connection", retryable: false, message: expect.stringContaining("Grant it, or use another user.") });
});

function shopOn(destination: ReturnType<typeof postgres>, datasetName = "data") {
  return pipeline({ name: "shop", destination, datasetName, pipelinesDir: tempDir(), progress: "none" });
}

function urlOf(username: string, secret?: string): string {
  const { host, port, database } = locationOf(url);
  return `postgres://${username}${secret === undefined ? "" : `:${encodeURIComponent(secret)}`}@${host}:${port}/${database}`;
}

/** Of the server, signed by itself; gives its text. */
function makeCertificate(folder: string): string {
  const [key, certificate] = [join(folder, "server.key"), join(folder, "server.crt")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"];
  const files = ["-keyout", key, "-out", certificate];
  execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...subject, ...files], { stdio: "ignore" });
  const { uid, gid } = statSync(folder);
  for (const path of [key, certificate]) chownSync(path, uid, gid);
  chmodSync(key, 0o600);
  return readFileSync(certificate, "utf8");
}
