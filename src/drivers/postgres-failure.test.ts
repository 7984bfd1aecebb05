import { describe, expect, test } from "vitest";
import { DriverFailure } from "../core/driver-failure.ts";
import { postgresFailure } from "./postgres-failure.ts";

const place = { name: "db.example.com:5432/shop", database: "shop", username: "loader" };

const told = (code: string, message = "what the server says"): unknown =>
  postgresFailure(Object.assign(new Error(message), { code }), place);

describe("time may mend", () => {
  test.each([
    ["08000", "connection_exception"],
    ["08001", "sqlclient_unable_to_establish_sqlconnection"],
    ["08003", "connection_does_not_exist"],
    ["08006", "connection_failure"],
    ["08P01", "no more connections allowed"],
    ["25P03", "terminating connection due to idle-in-transaction timeout"],
    ["25P04", "terminating connection due to transaction timeout"],
    ["40000", "transaction_rollback"],
    ["40001", "could not serialize access due to concurrent update"],
    ["40003", "statement_completion_unknown"],
    ["40P01", "deadlock detected"],
    ["42701", 'column "a" of relation "t" already exists'],
    ["23505", 'duplicate key value violates unique constraint "pg_namespace_nspname_index"'],
    ["23505", 'duplicate key value violates unique constraint "pg_type_typname_nsp_index"'],
    ["XX000", "tuple concurrently updated"],
    ["53000", "insufficient_resources"],
    ["53200", "out of memory"],
    ["53300", "sorry, too many clients already"],
    ["55P03", "canceling statement due to lock timeout"],
    ["57014", "canceling statement due to statement timeout"],
    ["57P01", "terminating connection due to administrator command"],
    ["57P02", "terminating connection because of crash of another server process"],
    ["57P03", "the database system is starting up"],
    ["57P05", "terminating connection due to idle-session timeout"],
    ["ECONNREFUSED", "connect ECONNREFUSED 10.0.0.1:5432"],
    ["ECONNRESET", "read ECONNRESET"],
    ["EPIPE", "write EPIPE"],
    ["ETIMEDOUT", "read ETIMEDOUT"],
    ["EHOSTUNREACH", "connect EHOSTUNREACH 10.0.0.1:5432"],
    ["EHOSTDOWN", "connect EHOSTDOWN 10.0.0.1:5432"],
    ["ENETUNREACH", "connect ENETUNREACH 10.0.0.1:5432"],
    ["ENETDOWN", "connect ENETDOWN 10.0.0.1:5432"],
    ["ENOTFOUND", "getaddrinfo ENOTFOUND db.example.com"],
    ["EAI_AGAIN", "getaddrinfo EAI_AGAIN db.example.com"],
    ["ENOENT", "connect ENOENT /run/postgresql/.s.PGSQL.5432"],
    ["", "Connection terminated unexpectedly"],
    ["", "Connection terminated"],
    ["", "Client has encountered a connection error and is not queryable"],
    ["", "Client was closed and is not queryable"],
    ["", "timeout expired"],
    ["", "There was an error establishing an SSL connection"],
  ])("%s %s", (code, message) => {
    expect(told(code, message)).toMatchObject({ name: "DriverFailure", kind: "connection", retryable: true });
  });
});

describe("time does not mend", () => {
  test.each([
    ["25006", "cannot execute INSERT in a read-only transaction", "connection"],
    ["28000", 'no pg_hba.conf entry for host "10.0.0.1"', "connection"],
    ["28000", "connection requires a valid client certificate", "connection"],
    ["28P01", 'password authentication failed for user "loader"', "connection"],
    ["3D000", 'database "shop" does not exist', "connection"],
    ["42501", "permission denied for schema data", "connection"],
    ["53100", "could not extend file: No space left on device", "connection"],
    ["53400", "temporary file size exceeds temp_file_limit (1024kB)", "connection"],
    ["58030", "could not write: No space left on device", "connection"],
    ["", "SASL: SCRAM-SERVER-FIRST-MESSAGE: server signature is missing", "connection"],
    ["", "The server does not support SSL connections", "connection"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "Hostname/IP does not match certificate's altnames", "connection"],
    ["SELF_SIGNED_CERT_IN_CHAIN", "self-signed certificate in certificate chain", "connection"],
    ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "tlsv1 alert unknown ca: SSL alert number 48", "connection"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "wrong version number", "connection"],
    ["42P01", 'relation "t" does not exist', "undefined-relation"],
    ["3F000", 'schema "s" does not exist', "undefined-relation"],
    ["22001", "value too long for type character varying(3)", "statement"],
    ["22003", "numeric field overflow", "statement"],
    ["22P02", 'invalid input syntax for type integer: "x"', "statement"],
    ["23502", 'null value in column "id" violates not-null constraint', "statement"],
    ["23505", 'duplicate key value violates unique constraint "items__dlt_id_key"', "statement"],
    ["23514", 'new row violates check constraint "items_id_check"', "statement"],
    ["40002", "transaction_integrity_constraint_violation", "statement"],
    ["42601", "syntax error", "statement"],
    ["42P07", 'relation "t" already exists', "statement"],
    ["54011", "tables can have at most 1600 columns", "statement"],
    ["57014", "canceling statement due to user request", "statement"],
    ["XX000", "unexpected", "statement"],
    ["XX001", "invalid page in block 1", "statement"],
  ])("%s %s", (code, message, kind) => {
    expect(told(code, message)).toMatchObject({ name: "DriverFailure", kind, retryable: false });
  });
});

test("what is not of the database stays as it is", () => {
  const gone = Object.assign(new Error("ENOENT: no such file or directory, open '/gone.csv'"), { code: "ENOENT" });
  expect(postgresFailure(gone, place)).toBe(gone);
  const failure = new DriverFailure("statement", "told before");
  expect(postgresFailure(failure, place)).toBe(failure);
  expect(postgresFailure("no error", place)).toBe("no error");
});
