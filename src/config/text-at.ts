import { ConfigError } from "../core/errors.ts";
import type { ConfigEnvironment } from "./config-environment.ts";
import { environmentProvider } from "./environment.ts";
import type { ConfigProvider } from "./provider.ts";
import type { ResolvedSetting } from "./search.ts";
import { tomlProvider } from "./toml.ts";

export interface TextAtOptions {
  readonly environment: ConfigEnvironment;
  /** Tried as outermost section first. */
  readonly pipelineName?: string | undefined;
  readonly onResolved?: ((setting: ResolvedSetting) => void) | undefined;
}

export interface TextAt {
  readonly text: string | undefined;
  /** Each place that was looked at, as its provider spells it. */
  readonly lookedAt: readonly string[];
}

/**
 * A text that stands under just these sections, such as `destination.warehouse.destination_type`. Unlike a setting it is not looked for under fewer of them:
 * what is meant for one name must not count for all. Throws ConfigError for what is no text.
 */
export async function textAt(path: readonly string[], { environment, pipelineName, onResolved }: TextAtOptions): Promise<TextAt> {
  const providers: readonly ConfigProvider[] = [
    environmentProvider(environment),
    await tomlProvider("secrets.toml", environment),
    await tomlProvider("config.toml", environment),
  ];
  const lookedAt: string[] = [];
  for (const prefix of pipelineName === undefined ? [[]] : [[pipelineName], []]) {
    for (const provider of providers) {
      const key = provider.spell([...prefix, ...path]);
      const found = provider.find([...prefix, ...path], { isSecret: false });
      lookedAt.push(`${provider.name} ${key}`);
      if (found === undefined) continue;
      if (typeof found.value !== "string" || found.value.trim() === "")
        throw new ConfigError(`\`${key}\` in ${found.file ?? "the environment"} has to be a text that is not blank.`, { lookedAt });
      onResolved?.({ key, value: found.value, provider: provider.name });
      return { text: found.value, lookedAt };
    }
  }
  return { text: undefined, lookedAt };
}
