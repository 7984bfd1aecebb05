import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { randomRowIds } from "./random-row-ids.ts";

test("ids are of 14 characters, all different, and those of one package lie together", () => {
  const next = randomRowIds({ randomBytes });
  const ids = Array.from({ length: 3000 }, next);
  expect(new Set(ids).size).toBe(3000);
  expect(ids.every((id) => /^[A-Za-z0-9+/]{14}$/.test(id))).toBe(true);
  expect(new Set(ids.map((id) => Buffer.from(id, "base64")[0])).size).toBe(1);
  expect(new Set(ids.map((id) => Buffer.from(id, "base64")[1])).size).toBeGreaterThan(200);
});

test("packages have parts of their own", () => {
  const first = Array.from({ length: 100 }, () => Buffer.from(randomRowIds({ randomBytes })(), "base64")[0]);
  expect(new Set(first).size).toBeGreaterThan(30);
});
