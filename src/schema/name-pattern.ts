import { ConfigError } from "../core/errors.ts";

/** Tests names. */
export type NameTest = (name: string) => boolean;

const patternPrefix = "re:";

/** A test for any of the given names; a name that begins with `re:` is a pattern to be found anywhere in the tested name, or at its start. */
export function nameTest(names: readonly string[], options: { readonly atStart?: boolean } = {}): NameTest {
  const exact = new Set(names.filter((name) => !name.startsWith(patternPrefix)));
  const patterns = names.filter((name) => name.startsWith(patternPrefix)).map((name) => compile(name, options));
  return (name) => exact.has(name) || patterns.some((pattern) => pattern.test(name));
}

function compile(name: string, { atStart = false }: { readonly atStart?: boolean }): RegExp {
  const [flags, source] = translate(name.slice(patternPrefix.length));
  try {
    return new RegExp(atStart ? `^(?:${source})` : source, flags);
  } catch (cause) {
    throw new ConfigError(`\`${name}\` is not a valid pattern. After \`re:\` comes a regular expression, for example \`re:_at$\`.`, {
      cause,
    });
  }
}

/** Patterns stored by dlt are Python's: what Python writes in another way is rewritten. */
function translate(pattern: string): [flags: string, source: string] {
  const inline = /^\(\?([aimsux]+)\)/.exec(pattern);
  const flags = [...(inline?.[1] ?? "")].filter((flag) => "ims".includes(flag)).join("");
  const source = pattern
    .slice(inline?.[0].length ?? 0)
    .replaceAll("(?P<", "(?<")
    .replaceAll(/\(\?P=(\w+)\)/g, "\\k<$1>")
    .replaceAll("\\A", "^")
    .replaceAll("\\Z", "$");
  return [flags, source];
}
