import { ConfigError } from "../core/errors.ts";

/** An option object without the members that are undefined: in options that means "not given". */
export function given<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as never;
}

/** The value itself, once it is known to be a whole number of `least` or more. Throws ConfigError. */
export function countOf<T extends number | undefined>(option: string, value: T, least = 0): T {
  if (value === undefined || (Number.isInteger(value) && value >= least)) return value;
  throw new ConfigError(`\`${option}\` has to be a whole number of ${least} or more; got ${value}.`);
}

/** The value itself, once it is known to be among the allowed ones. Throws ConfigError that lists them. */
export function oneOf<T extends string | undefined>(option: string, value: T, allowed: readonly string[]): T {
  if (value === undefined || allowed.includes(value)) return value;
  throw new ConfigError(
    `\`${option}\` is ${JSON.stringify(value)}, but has to be one of ${allowed.map((word) => JSON.stringify(word)).join(", ")}.`,
  );
}
