import { type ConfigOf, type Field, field } from "../../config/field.ts";
import type { Duration } from "../../core/duration.ts";

type DummySpec = {
  readonly failSchemaUpdate: Field<boolean>;
  readonly failSchemaUpdateTransiently: Field<boolean>;
  readonly failTerminallyInInit: Field<boolean>;
  readonly failTransientlyInInit: Field<boolean>;
  readonly failProb: Field<number>;
  readonly retryProb: Field<number>;
  readonly exceptionProb: Field<number>;
  readonly completedProb: Field<number>;
  readonly failTableNames: Field<readonly string[] | undefined>;
  readonly timeout: Field<Duration>;
  readonly loadsPerSecond: Field<number | undefined>;
};

/** The names are dlt's. */
export const dummyConfig: DummySpec = {
  failSchemaUpdate: field.flag("Fail for good before the jobs begin.", { default: false }),
  failSchemaUpdateTransiently: field.flag("Fail of something passing before the jobs begin.", { default: false }),
  failTerminallyInInit: field.flag("Each job fails for good.", { default: false }),
  failTransientlyInInit: field.flag("Each job fails of something passing.", { default: false }),
  failProb: field.number("How likely a job fails for good, 0 to 1.", { default: 0 }),
  retryProb: field.number("How likely a job fails of something passing, 0 to 1.", { default: 0 }),
  exceptionProb: field.number("How likely a job fails with an error that nobody knows, 0 to 1. It is tried again.", { default: 0 }),
  completedProb: field.number("How likely a job that did not fail is done when it is looked at, ten times a second; 0 to 1.", {
    default: 1,
  }),
  failTableNames: field.optional(field.list("The jobs of these tables fail for good, those of others do not.")),
  timeout: field.duration("A job that is not done by then fails for good.", { default: "10s" }),
  loadsPerSecond: field.optional(field.number("So many jobs begin in a second; default no limit.")),
};

export type DummyConfig = ConfigOf<DummySpec>;
