import { describe, expect, test } from "vitest";
import { duckDbFailure } from "./duckdb-failure.ts";

const place = { path: "/data/shop.duckdb" };

test.each([
  ['IO Error: Could not write file "/data/shop.duckdb.wal": No space left on device', /^The disk of `\/data\/shop.duckdb` is full/],
  ["FATAL Error: Failed to commit: IO Error: Could not write file: Disk quota exceeded", /^The disk of `\/data\/shop.duckdb` is full/],
  ["IO Error: Could not write all bytes to file: File too large", /ulimit -f/],
])("no room is not tried again: %s", (text, message) => {
  expect(duckDbFailure(new Error(text), place)).toMatchObject({
    kind: "connection",
    retryable: false,
    message: expect.stringMatching(message),
  });
});

test("a connection that was closed is told", () => {
  expect(duckDbFailure(new Error("Failed to query: connection disconnected"), place)).toMatchObject({
    kind: "connection",
    retryable: false,
    message: "The connection to `/data/shop.duckdb` was closed.",
  });
});

test("a lost database is tried again", () => {
  expect(duckDbFailure(new Error("FATAL Error: the database has been invalidated"), place)).toMatchObject({ retryable: true });
});

describe("time may mend", () => {
  test.each([
    'IO Error: Could not set lock on file "/data/shop.duckdb": Conflicting lock is held in /usr/bin/node (PID 12)',
    "TransactionContext Error: Failed to commit: write-write conflict on key",
    "TransactionContext Error: Conflict on tuple deletion!",
    'TransactionContext Error: Catalog write-write conflict on create with "items"',
    "TransactionContext Error: Failed to commit: Attempting to modify table items but another transaction has altered this table!",
    "FATAL Error: Failed: database has been invalidated because of a previous fatal error.",
  ])("%s", (text) => {
    expect(duckDbFailure(new Error(text), place)).toMatchObject({ kind: "connection", retryable: true });
  });
});

describe("time does not mend", () => {
  test.each([
    ["IO Error: Cannot open file: Permission denied", "connection"],
    ['IO Error: The file "/data/shop.duckdb" exists, but it is not a valid DuckDB database file!', "connection"],
    ["IO Error: Trying to read a database file with version number 69, but we can only read versions between 64 and 68.", "connection"],
    ["Out of Memory Error: failed to allocate data of size 16.0 MiB", "statement"],
    ["Constraint Error: NOT NULL constraint failed: items.id", "statement"],
    ['Constraint Error: Duplicate key "id: 1" violates unique constraint.', "statement"],
    ["Conversion Error: Could not convert string 'x' to INT64", "statement"],
    ['Parser Error: syntax error at or near "SELEC"', "statement"],
    ["Catalog Error: Table with name items does not exist!", "undefined-relation"],
  ])("%s", (text, kind) => {
    expect(duckDbFailure(new Error(text), place)).toMatchObject({ kind, retryable: false });
  });
});
