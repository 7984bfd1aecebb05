import { ConfigError } from "../core/errors.ts";
import type { Destination, DestinationContract } from "../destination-kit/contract.ts";
import { destinationFactories } from "../destinations/registry.ts";

const contractVersion = 1;

/** The destination that was handed over, or the built-in one of that name; DuckDB when there is neither. Throws ConfigError. */
export async function resolveDestination(destination: string | Destination | undefined): Promise<DestinationContract> {
  const found = typeof destination === "object" ? destination : await byName(destination ?? "duckdb");
  const { "~destination": version } = found as { readonly "~destination"?: unknown };
  if (version !== contractVersion) {
    throw new ConfigError(
      version === undefined
        ? "The `destination` of a pipeline is a name or what a destination function returns, such as duckdb()."
        : `Destination \`${found.name}\` was made for version ${version} of the destination contract, this leat has version ${contractVersion}. Update the one that is older.`,
    );
  }
  return found as DestinationContract;
}

async function byName(name: string): Promise<Destination> {
  const create = destinationFactories.get(name);
  if (create !== undefined) return create({ name });
  throw new ConfigError(
    `There is no destination \`${name}\`. There is ${[...destinationFactories.keys()].join(", ")}; others can be handed over as objects.`,
  );
}
