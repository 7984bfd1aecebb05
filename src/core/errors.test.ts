import { expect, test } from "vitest";
import { StepFailedError } from "../pipeline/errors.ts";
import { CancelledError, ConfigError, InternalError, LeatError } from "./errors.ts";

class OwnError extends LeatError {
  readonly code = "own";
}

const stepFailed = (cause: unknown): LeatError =>
  new StepFailedError({ step: "load", pipelineName: "shop", loadId: undefined, cause, pendingLoadIds: [] });

test.each<[string, LeatError, number]>([
  ["a class that says nothing", new OwnError("a"), 1],
  ["ConfigError", new ConfigError("a"), 2],
  ["CancelledError", new CancelledError("a"), 7],
  ["InternalError", new InternalError("a"), 70],
  ["StepFailedError, as its cause", stepFailed(new ConfigError("a")), 2],
  ["StepFailedError of another error", stepFailed(new Error("a")), 1],
])("the exit code of %s is there, and not shown with the error", (_, error, exitCode) => {
  expect(error.exitCode).toBe(exitCode);
  expect(Object.keys(error)).not.toContain("exitCode");
});
