import { ConfigError } from "../core/errors.ts";
import { isContainer } from "./clone.ts";
import type { SourceState } from "./document.ts";
import { deleteAt, pathText, type StatePath } from "./path.ts";

type Step =
  | { readonly kind: "key"; readonly key: string }
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "every" };

/**
 * Removes what JSON paths point to from the state of a source, which is changed in place, and says which places that were (`shared.y`, `archives[0]`).
 * A path of `*` alone means all that the source keeps, but not the states of its resources. Throws ConfigError for what is no such path.
 */
export function dropStatePaths(state: SourceState, paths: readonly string[]): string[] {
  const found = new Map<string, StatePath>();
  for (const path of paths) for (const place of placesOf(state, parseSteps(path))) found.set(pathText(place), place);
  const places = [...found.values()].filter((place) => !(place.length === 1 && place[0] === "resources"));
  for (const place of places.toSorted(innermostFirst)) deleteAt(state, place);
  return places.map(pathText);
}

const stepPattern =
  /(?<every>\.?\*|\[\*\])|\[(?<index>-?\d+)\]|\[\s*(?<bracketed>"(?:[^"\\]|\\.)*"|'[^']*')\s*\]|\.?(?<quoted>"(?:[^"\\]|\\.)*"|'[^']*')|\.?(?<word>[^\s.*[\]"'@?(),:|&]+)/y;

function parseSteps(path: string): Step[] {
  const text = path.trim();
  const start = /^\$(?=[.[]|$)/.test(text) ? 1 : 0;
  const steps: Step[] = [];
  stepPattern.lastIndex = start;
  while (stepPattern.lastIndex < text.length) {
    const at = stepPattern.lastIndex;
    const { groups } = stepPattern.exec(text) ?? {};
    // After `$` and between names there is a dot, before the first name there is none.
    if (groups === undefined || (text[at] !== "[" && (text[at] === ".") !== at > 0)) throw badPath(path);
    steps.push(stepOf(groups, path));
  }
  if (steps.length === 0) throw badPath(path);
  return steps;
}

function stepOf({ every, index, bracketed, quoted, word }: Record<string, string | undefined>, path: string): Step {
  if (every !== undefined) return { kind: "every" };
  if (index !== undefined) return { kind: "index", index: Number(index) };
  return { kind: "key", key: word ?? unquoted((bracketed ?? quoted)!, path) };
}

function unquoted(text: string, path: string): string {
  if (text.startsWith("'")) return text.slice(1, -1);
  try {
    return JSON.parse(text) as string;
  } catch {
    throw badPath(path);
  }
}

function badPath(path: string): ConfigError {
  return new ConfigError(
    `${JSON.stringify(path)} is no path into the state of a source. A path is made of keys and indexes: \`archives\`, \`shared.y\`, \`archives[0]\`, ` +
      `\`resources.users["a key"]\`; \`*\` stands for every key. Filters, slices, lists and \`..\` are not known.`,
  );
}

function placesOf(state: SourceState, steps: readonly Step[]): StatePath[] {
  let places: { readonly place: StatePath; readonly value: unknown }[] = [{ place: [], value: state }];
  for (const step of steps)
    places = places.flatMap(({ place, value }) => members(value, step).map(([key, inner]) => ({ place: [...place, key], value: inner })));
  return places.map(({ place }) => place);
}

function members(value: unknown, step: Step): [key: string | number, value: unknown][] {
  if (typeof value !== "object" || value === null || !isContainer(value)) return [];
  switch (step.kind) {
    case "every":
      return Array.isArray(value) ? [...value.entries()] : Object.entries(value);
    case "key":
      return !Array.isArray(value) && Object.hasOwn(value, step.key) ? [[step.key, (value as Record<string, unknown>)[step.key]]] : [];
    case "index": {
      const index = Array.isArray(value) && step.index < 0 ? value.length + step.index : step.index;
      return Array.isArray(value) && index >= 0 && index < value.length ? [[index, value[index]]] : [];
    }
  }
}

/** What lies deeper goes before what holds it, and of one array the last members go first: so every place stays where it was found. */
function innermostFirst(a: StatePath, b: StatePath): number {
  return b.length - a.length || Number(b.at(-1)) - Number(a.at(-1)) || 0;
}
