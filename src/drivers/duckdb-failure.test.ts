import { expect, test } from "vitest";
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
