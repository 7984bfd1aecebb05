import { ConfigError } from "../core/errors.ts";
import type { ConfigOverrides, ConfigSpec } from "./spec.ts";
import { textFormOf } from "./text-form.ts";

/**
 * What code says about a destination, with credentials that were given later: a text takes the place of all of them, an object that of the settings in it.
 * Throws ConfigError for a destination without credentials, and for a text that it does not understand.
 */
export function withCredentials<Spec extends ConfigSpec>(
  spec: Spec,
  overrides: ConfigOverrides<Spec>,
  given: string | object | undefined,
  destination: string,
): ConfigOverrides<Spec> {
  if (given === undefined) return overrides;
  const group = spec["credentials"] as ConfigSpec | undefined;
  if (group === undefined)
    throw new ConfigError(`Destination \`${destination}\` has no credentials: leave the option \`credentials\` out.`);
  const before = (overrides as { readonly credentials?: object }).credentials;
  const credentials = typeof given === "string" ? parsed(group, given, destination) : { ...before, ...given };
  return { ...overrides, credentials };
}

function parsed(group: ConfigSpec, text: string, destination: string): object {
  const parse = textFormOf(group);
  if (parse === undefined)
    throw new ConfigError(`The credentials of destination \`${destination}\` have no form as one text: give an object.`);
  try {
    return parse(text);
  } catch (cause) {
    // The text itself may hold a password.
    throw new ConfigError(
      `The \`credentials\` of the run are no credentials of destination \`${destination}\`: ${(cause as Error).message}`,
      { cause },
    );
  }
}
