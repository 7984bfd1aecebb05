import { processConfigEnvironment } from "./config-environment.ts";
import { resolveConfig } from "./resolve.ts";
import type { ConfigOf, ConfigOverrides, ConfigSpec } from "./spec.ts";

/** Looks up a spec outside of a source, under `section` (dlt: `dlt.secrets[...]`). Throws ConfigError that lists every place looked at. */
export function readConfig<Spec extends ConfigSpec>(
  spec: Spec,
  options: { readonly section?: string; readonly overrides?: ConfigOverrides<Spec> } = {},
): Promise<ConfigOf<Spec>> {
  const sections = options.section?.split(".") ?? [];
  return resolveConfig(spec, { sections, overrides: options.overrides, environment: processConfigEnvironment() });
}
