import { type Field, field } from "../config/field.ts";
import { type ResolvedSetting, resolveConfig } from "../config/resolve.ts";
import { type TextAtOptions, textAt } from "../config/text-at.ts";
import { ConfigError } from "../core/errors.ts";
import type { Destination, DestinationContract } from "../destination-kit/contract.ts";
import { destinationFactories } from "../destinations/registry.ts";

const contractVersion = 1;

export interface DestinationLookup extends TextAtOptions {
  readonly pipelineName: string;
  readonly onResolved: (setting: ResolvedSetting) => void;
}

/** The destination that was handed over, or the one of that name: of the config, or built in. Without either what the config says, else DuckDB. Throws ConfigError. */
export async function resolveDestination(
  destination: string | Destination | undefined,
  lookup: DestinationLookup,
): Promise<DestinationContract> {
  const found = await foundDestination(destination, lookup);
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

async function foundDestination(destination: string | Destination | undefined, lookup: DestinationLookup): Promise<Destination> {
  if (typeof destination === "object") return destination;
  return destination === undefined ? await configured(lookup) : await byName(destination, lookup);
}

const defaultConfig: { readonly destinationType: Field<string | undefined>; readonly destinationName: Field<string | undefined> } = {
  destinationType: field.optional(
    field.text("Where rows go, if the code does not say it: a built-in destination, or a name of the config."),
  ),
  destinationName: field.optional(field.text("The name of that destination, under which its settings are looked up; default its type.")),
};

/** Where the code names no destination: what the operator says for all pipelines or for this one. */
async function configured({ environment, pipelineName, onResolved }: DestinationLookup): Promise<Destination> {
  const { destinationType = "duckdb", destinationName } = await resolveConfig(defaultConfig, {
    environment,
    pipelineName,
    onResolved,
    sections: ["pipelines", pipelineName],
  });
  if (destinationName !== undefined) return await make(destinationType, destinationName, []);
  return await byName(destinationType, { environment, pipelineName, onResolved });
}

/** A name that the config gives a type counts before a built-in one, as in dlt. */
async function byName(name: string, lookup: DestinationLookup): Promise<Destination> {
  const { text: type = name, lookedAt } = await textAt(["destination", name, "destination_type"], lookup);
  return await make(type, name, lookedAt);
}

async function make(type: string, name: string, lookedAt: readonly string[]): Promise<Destination> {
  const create = destinationFactories.get(builtInType(type));
  if (create !== undefined) return await create({ name });
  const what =
    type === name ? `There is no destination \`${name}\`` : `Destination \`${name}\` has the type \`${type}\`, which leat does not have`;
  throw new ConfigError(
    `${what}. There is ${[...destinationFactories.keys()].join(", ")}; others can be handed over as objects. ` +
      `A name of your own is made in the config: destination.${name}.destination_type = "postgres".${places(lookedAt)}`,
    { lookedAt },
  );
}

/** dlt writes `dlt.destinations.postgres`, too, and has SQLite among the databases of SQLAlchemy, of which leat has no other. */
export function builtInType(type: string): string {
  const name = type.replace(/^dlt\.destinations\./, "");
  return name === "sqlalchemy" ? "sqlite" : name;
}

function places(lookedAt: readonly string[]): string {
  return lookedAt.length === 0 ? "" : ` Looked at in this order:${lookedAt.map((place) => `\n  ${place}`).join("")}`;
}
