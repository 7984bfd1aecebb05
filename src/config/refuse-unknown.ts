import type { ConfigEnvironment } from "./config-environment.ts";
import { keyName } from "./key-name.ts";
import { type Problem, placeText, problemsError } from "./problem.ts";
import type { ConfigProvider } from "./provider.ts";
import { openProviders } from "./resolve.ts";

/** A section in which nothing but these settings may stand. */
export interface ClosedSection {
  readonly path: readonly string[];
  /** As they are called in code. */
  readonly known: readonly string[];
}

/** Throws ConfigError for what stands in one of the sections and is no setting: a typo would otherwise change nothing, without a word. */
export async function refuseUnknown(
  sections: readonly ClosedSection[],
  { environment, pipelineName }: { readonly environment: ConfigEnvironment; readonly pipelineName?: string | undefined },
): Promise<void> {
  const providers = await openProviders(environment);
  const prefixes = pipelineName === undefined ? [[]] : [[pipelineName], []];
  const problems = sections.flatMap(({ path, known }) =>
    prefixes.flatMap((prefix) => providers.flatMap((provider) => unknownIn(provider, [...prefix, ...path], known.map(keyName)))),
  );
  if (problems.length > 0) throw problemsError(problems, `\`${sections[0]!.path.at(-1)}\``, providers);
}

function unknownIn(provider: ConfigProvider, path: readonly string[], known: readonly string[]): Problem[] {
  return provider
    .keys(path)
    .filter(({ key }) => !known.includes(key))
    .map(({ key, file }) => {
      const place = { provider: provider.name, key: provider.spell([...path, key]), ...(file === undefined ? {} : { file }) };
      return { type: "unknown", setting: key, known, where: placeText(place) };
    });
}
