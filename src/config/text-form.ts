import type { ConfigOverrides, ConfigSpec } from "./spec.ts";

/**
 * A group of settings that may also be given as one text, as a connection string: `credentials = "postgresql://…"`.
 * What the text says counts before the single settings, so that a password can come from elsewhere. The text is a secret. `parse` throws ConfigError.
 */
export function withTextForm<Spec extends ConfigSpec>(spec: Spec, parse: (text: string) => ConfigOverrides<Spec>): Spec {
  return Object.freeze(Object.defineProperty({ ...spec }, marker, { value: parse }));
}

export function textFormOf(spec: ConfigSpec): ((text: string) => ConfigOverrides<ConfigSpec>) | undefined {
  return (spec as { readonly [marker]?: (text: string) => ConfigOverrides<ConfigSpec> })[marker];
}

const marker: unique symbol = Symbol.for("leat.config.text-form") as never;
