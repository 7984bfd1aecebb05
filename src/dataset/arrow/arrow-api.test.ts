import { expect, test } from "vitest";
import { loadArrow } from "./arrow-api.ts";

test("says how to install the package when it is missing", async () => {
  const cause = new Error("Cannot find package 'apache-arrow'");
  await expect(loadArrow("duckdb", () => Promise.reject(cause))).rejects.toMatchObject({
    code: "missing-driver",
    packageName: "apache-arrow",
    destination: "duckdb",
    message: "`arrow()` needs the package `apache-arrow`. Install it: npm install apache-arrow",
    cause,
  });
});
