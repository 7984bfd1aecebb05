import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { kernelBytes } from "./kernel-bytes.ts";

test("the kernel is what its sources compile to, and small", () => {
  execFileSync(process.execPath, ["scripts/build-kernel.mjs", "--check"], { stdio: "pipe" });
  expect(kernelBytes.length).toBeLessThan(40_000);
});
