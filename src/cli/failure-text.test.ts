import { describe, expect, it } from "vitest";
import { CancelledError, ConfigError, InternalError } from "../core/errors.ts";
import { ConnectionError } from "../destination-kit/errors.ts";
import { exitCodeOf, failureText } from "./failure-text.ts";

const text = (error: unknown): string => failureText(error, { debug: false });

describe("failureText", () => {
  it("is message, hint and code of an error of leat", () => {
    expect(text(new ConfigError("The setting `host` is missing."))).toBe(
      "error: The setting `host` is missing.\n[config] --debug shows the stack.",
    );
  });

  it("adds a cause that says something new, once", () => {
    const cause = new ConfigError("It is no number.", { cause: new ConfigError("It is no number.") });
    expect(text(new ConfigError("`port` is wrong.", { cause }))).toBe(
      "error: `port` is wrong.\n  caused by ConfigError: It is no number.\n[config] --debug shows the stack.",
    );
  });

  it("leaves out a cause whose message is part of what was said", () => {
    expect(text(new ConfigError("`port` is wrong: it is no number.", { cause: "it is no number" }))).toBe(
      "error: `port` is wrong: it is no number.\n[config] --debug shows the stack.",
    );
  });

  it("names the place in the user's code", () => {
    const cause = new TypeError("boom");
    cause.stack = [
      "TypeError: boom",
      "    at next (node:internal/x:1:2)",
      "    at /project/node_modules/leat/dist/extract/a.js:1:2",
      "    at games (/project/main.ts:8:14)",
      "    at /project/main.ts:20:1",
    ].join("\n");
    expect(text(new ConfigError("boom", { cause }))).toContain("\n  at games (/project/main.ts:8:14)\n");
  });

  it("says when running again may help, and when it goes on", () => {
    const lost = new ConnectionError("The server is gone.", { destination: "postgres", retryable: true });
    expect(text(lost)).toMatch(/\[connection\] Running it again may help\. --debug shows the stack\.$/);
    expect(text(new CancelledError("The run was cancelled."))).toMatch(/\[cancelled\] Run it again to go on\.$/);
  });

  it("is the stack of an error that is not ours", () => {
    expect(text(new RangeError("mine"))).toMatch(/^RangeError: mine\n {4}at /);
  });

  it("ends in a loop of causes", () => {
    const error = new ConfigError("a", {});
    Object.defineProperty(error, "cause", { value: error });
    expect(text(error)).toContain("error: a");
  });
});

describe("exitCodeOf", () => {
  it("is that of the class, 1 for an error that is not ours", () => {
    expect([new ConfigError("a"), new CancelledError("a"), new InternalError("a"), new Error("a"), "a"].map(exitCodeOf)).toEqual([
      2, 7, 70, 1, 1,
    ]);
  });
});
