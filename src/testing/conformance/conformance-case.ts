import type { Capabilities } from "../../destination-kit/capabilities.ts";
import type { ConformanceOptions } from "./conformance-options.ts";
import type { ConformanceWorld } from "./world.ts";

/** One clause of the contract, and how it is tried. */
export interface ConformanceCase {
  /** A group and a sentence: `rows > a second package is added to the first`. */
  readonly name: string;
  /** Why the case does not concern the destination; undefined when it does. */
  readonly skip?: (about: CaseContext) => string | undefined;
  /** Throws an AssertionError, or what the destination throws, when the clause does not hold. */
  run(world: ConformanceWorld): Promise<void>;
}

export interface CaseContext {
  readonly capabilities: Capabilities;
  readonly options: ConformanceOptions;
}

/** For cases that look at rows. */
export function needsRows({ capabilities, options }: CaseContext): string | undefined {
  return capabilities.readable === false && options.read === undefined
    ? "rows cannot be read back (capability `readable`), and no `read` is given"
    : undefined;
}

/** For cases that look at state, schema and load records. */
export function needsRecords({ capabilities }: CaseContext): string | undefined {
  return capabilities.keepsRecords === false ? "no state, schema or load record is kept (capability `keepsRecords`)" : undefined;
}

export function needsSql({ capabilities }: CaseContext): string | undefined {
  return capabilities.readable === false ? "it has no SQL (capability `readable`)" : undefined;
}

export function needsTransaction({ capabilities }: CaseContext): string | undefined {
  return capabilities.commit === "transaction" ? undefined : 'a package is no transaction (capability `commit` is "record")';
}

/** The first reason there is. */
export function all(...conditions: readonly NonNullable<ConformanceCase["skip"]>[]): NonNullable<ConformanceCase["skip"]> {
  return (about) => {
    for (const condition of conditions) {
      const reason = condition(about);
      if (reason !== undefined) return reason;
    }
    return undefined;
  };
}
