import { isDuration } from "../../core/duration.ts";
import { ConfigError } from "../../core/errors.ts";
import { fileFormats } from "../../schema/hint-options.ts";
import { newNamingNames } from "../../schema/naming/naming-convention.ts";
import { type CustomDestinationOptions, parallelismStrategies } from "./options.ts";

/** Throws ConfigError for what cannot be. */
export function checkOptions(name: string, options: CustomDestinationOptions, load: unknown): void {
  if (typeof name !== "string" || name.trim() === "")
    throw new ConfigError("The first argument of destination() is its name, a text that is not blank.");
  const wrong = (option: string, expected: string): ConfigError =>
    new ConfigError(`The \`${option}\` of destination \`${name}\` has to be ${expected}.`);
  if (typeof options !== "object" || options === null)
    throw new ConfigError(`The second argument of destination \`${name}\` are its options: give {} for none.`);
  if (typeof load !== "function")
    throw new ConfigError(`The third argument of destination \`${name}\` is the function that takes the rows.`);
  const unknown = Object.keys(options).find((option) => !(known as readonly string[]).includes(option));
  if (unknown !== undefined)
    throw new ConfigError(`Destination \`${name}\` does not know the option \`${unknown}\`. There are ${known.join(", ")}.`);
  const {
    batchSize,
    parallel,
    loaderParallelismStrategy: strategy,
    loaderFileFormat,
    namingConvention,
    maxTableNesting,
    timeout,
  } = options;
  if (!isCount(batchSize, 0)) throw wrong("batchSize", "an integer, 0 or more");
  if (!isCount(parallel, 1)) throw wrong("parallel", "an integer, 1 or more");
  if (!isCount(maxTableNesting ?? undefined, 0)) throw wrong("maxTableNesting", "an integer, 0 or more, or null");
  if (strategy !== undefined && !parallelismStrategies.includes(strategy))
    throw wrong("loaderParallelismStrategy", `one of ${parallelismStrategies.join(", ")}`);
  if (loaderFileFormat !== undefined && !formats.includes(loaderFileFormat))
    throw wrong("loaderFileFormat", `one of ${formats.join(", ")}`);
  if (namingConvention !== undefined && !newNamingNames.includes(namingConvention))
    throw wrong("namingConvention", `one of ${newNamingNames.join(", ")}`);
  if (timeout !== undefined && !isDuration(timeout)) throw wrong("timeout", "a duration such as `30s`");
  if (batchSize !== 0 && loaderFileFormat !== undefined && !["jsonl", "parquet"].includes(loaderFileFormat))
    throw new ConfigError(
      `Destination \`${name}\` gets rows, and they cannot be read from \`${loaderFileFormat}\` files. Use jsonl or parquet, or \`batchSize: 0\` to be given the path of each file.`,
    );
}

const formats: readonly string[] = fileFormats.filter((format) => format !== "preferred");

const known = [
  "config",
  "batchSize",
  "parallel",
  "loaderParallelismStrategy",
  "loaderFileFormat",
  "skipDltColumns",
  "namingConvention",
  "maxTableNesting",
  "timeout",
] as const satisfies readonly (keyof CustomDestinationOptions)[];

function isCount(value: unknown, least: number): boolean {
  return value === undefined || (Number.isInteger(value) && (value as number) >= least);
}
