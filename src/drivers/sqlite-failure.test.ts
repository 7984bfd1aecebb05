import { describe, expect, test } from "vitest";
import { isBusy, sqliteFailure } from "./sqlite-failure.ts";

const place = { path: "/data/shop.db", busyTimeoutMs: 30_000 };

const withCode = (code: string, message = "what SQLite says"): Error => Object.assign(new Error(message), { code });

describe("time may mend", () => {
  test.each([
    ["SQLITE_BUSY", "is locked"],
    ["SQLITE_BUSY_RECOVERY", "is locked"],
    ["SQLITE_BUSY_TIMEOUT", "is locked"],
    ["SQLITE_BUSY_SNAPSHOT", "was faster"],
    ["SQLITE_PROTOCOL", "is locked"],
    ["SQLITE_LOCKED", "is locked"],
    ["SQLITE_LOCKED_SHAREDCACHE", "is locked"],
    ["SQLITE_IOERR", "Check its disk"],
    ["SQLITE_IOERR_FSYNC", "Check its disk"],
  ])("%s: the file %s", (code, message) => {
    expect(sqliteFailure(withCode(code), place)).toMatchObject({
      kind: "connection",
      retryable: true,
      message: expect.stringContaining(message),
    });
  });
});

describe("time does not mend", () => {
  test.each([
    ["SQLITE_FULL", "database or disk is full", "connection"],
    ["SQLITE_READONLY", "attempt to write a readonly database", "connection"],
    ["SQLITE_PERM", "access permission denied", "connection"],
    ["SQLITE_CANTOPEN", "unable to open database file", "connection"],
    ["SQLITE_CANTOPEN_ISDIR", "unable to open database file", "connection"],
    ["SQLITE_CORRUPT", "database disk image is malformed", "connection"],
    ["SQLITE_NOTADB", "file is not a database", "connection"],
    ["SQLITE_ERROR", "no such table: data.items", "undefined-relation"],
    ["SQLITE_ERROR", 'near "SELEC": syntax error', "statement"],
    ["SQLITE_CONSTRAINT_CHECK", "CHECK constraint failed: id < 100", "statement"],
    ["SQLITE_CONSTRAINT_UNIQUE", "UNIQUE constraint failed: items.id", "statement"],
    ["SQLITE_TOOBIG", "string or blob too big", "statement"],
    ["SQLITE_MISMATCH", "datatype mismatch", "statement"],
  ])("%s %s", (code, message, kind) => {
    expect(sqliteFailure(withCode(code, message), place)).toMatchObject({ kind, retryable: false });
  });
});

test("a statement is sent again only where it waits for a lock that will go", () => {
  expect(["SQLITE_BUSY", "SQLITE_BUSY_RECOVERY", "SQLITE_PROTOCOL"].filter((code) => !isBusy(withCode(code)))).toEqual([]);
  expect(["SQLITE_BUSY_SNAPSHOT", "SQLITE_LOCKED", "SQLITE_FULL", ""].filter((code) => isBusy(withCode(code)))).toEqual([]);
});
