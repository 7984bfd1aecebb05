import { ConfigError } from "../core/errors.ts";
import { newNamingNames } from "../schema/naming/naming-convention.ts";
import type { Capabilities } from "./capabilities.ts";

/** What a program may say otherwise about a destination: less than it can do, or in another order. */
export type CapabilityOverrides = Partial<
  Pick<
    Capabilities,
    "loaderFileFormats" | "maxIdentifierLength" | "mergeStrategies" | "replaceStrategies" | "namingConvention" | "maxTableNesting"
  >
>;

/**
 * The capabilities of a destination, with what the program says about them: of each list a part, in the order of preference; a length of names that is not longer;
 * the naming convention of new schemas; how deep documents are taken apart. Throws ConfigError for what the destination cannot do.
 */
export function overrideCapabilities(destination: string, own: Capabilities, overrides: CapabilityOverrides | undefined): Capabilities {
  if (overrides === undefined) return own;
  const refuse = (message: string): ConfigError => new ConfigError(`The \`capabilities\` of destination \`${destination}\`: ${message}`);
  for (const name of Object.keys(overrides))
    if (!(overridable as readonly string[]).includes(name))
      throw refuse(`\`${name}\` cannot be set by a program. There are ${overridable.join(", ")}.`);
  for (const list of lists) {
    const [asked, able]: (readonly string[] | undefined)[] = [overrides[list], own[list]];
    if (asked === undefined) continue;
    const unable = Array.isArray(asked) ? asked.filter((each) => !able!.includes(each)) : [String(asked)];
    if (unable.length > 0) throw refuse(`\`${list}\` has ${unable.join(", ")}. It can be some of ${able!.join(", ") || "nothing"}.`);
  }
  if (overrides.loaderFileFormats?.length === 0) throw refuse("`loaderFileFormats` is empty: leave it out.");
  const { maxIdentifierLength: length, maxTableNesting: nesting, namingConvention: naming } = overrides;
  if (naming !== undefined && !newNamingNames.includes(naming))
    throw refuse(`\`namingConvention\` has to be one of ${newNamingNames.join(", ")}.`);
  if (length !== undefined && !(Number.isInteger(length) && length >= shortestLength && length <= (own.maxIdentifierLength ?? length)))
    throw refuse(`\`maxIdentifierLength\` has to be an integer from ${shortestLength} to ${own.maxIdentifierLength ?? "any"}.`);
  if (nesting !== undefined && !(Number.isInteger(nesting) && nesting >= 0))
    throw refuse("`maxTableNesting` has to be an integer, 0 or more.");
  return Object.freeze({ ...own, ...Object.fromEntries(Object.entries(overrides).filter(([, value]) => value !== undefined)) });
}

const lists = ["loaderFileFormats", "mergeStrategies", "replaceStrategies"] as const;
const overridable = [...lists, "maxIdentifierLength", "namingConvention", "maxTableNesting"] as const;

/** A shortened name has a hash of its own, and the names of system tables and columns have to fit. */
const shortestLength = 20;
