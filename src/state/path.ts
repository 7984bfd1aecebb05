import { ConfigError } from "../core/errors.ts";

/** A place in a state document, from the root: keys of objects, and indexes of lists. */
export type StatePath = readonly (string | number)[];

/** `sources.chess.resources.games.archives[0]`; odd names are quoted: `sources["my shop"]`, `sources."my shop"`. A `$` may stand in front. Throws ConfigError. */
export function parsePath(text: string): StatePath {
  const steps: (string | number)[] = [];
  let rest = text.replace(/^\$(?=[.[]|$)/, "");
  if (rest !== "" && !/^[.[]/.test(rest)) rest = `.${rest}`;
  while (rest !== "") {
    const found = step.exec(rest);
    if (found === null) throw unreadable(text, rest);
    const { index, inBrackets, quoted, plain } = found.groups as { readonly [name: string]: string | undefined };
    steps.push(index === undefined ? (plain ?? unquoted(inBrackets ?? quoted ?? "", text)) : Number(index));
    rest = rest.slice(found[0].length);
  }
  return steps;
}

/** An index, a quoted name in brackets or after a dot, a plain name. */
const step =
  /^(?:\[(?<index>\d+)\]|\[(?<inBrackets>"(?:[^"\\]|\\.)*"|'[^']*')\]|\.(?<quoted>"(?:[^"\\]|\\.)*"|'[^']*')|\.(?<plain>[^.[\]"']+))/;

/** The path as `parsePath` reads it; `$` for the root. */
export function pathText(path: StatePath): string {
  const text = path
    .map((part) => (typeof part === "number" ? `[${part}]` : isPlain(part) ? `.${part}` : `[${JSON.stringify(part)}]`))
    .join("");
  return text === "" ? "$" : text.replace(/^\./, "");
}

/** What is at that place; undefined when there is nothing. */
export function valueAt(document: unknown, path: StatePath): unknown {
  return path.reduce<unknown>((value, part) => memberOf(value, part), document);
}

/** The keys or indexes that `value` has, for a message. */
export function membersOf(value: unknown): readonly string[] {
  return isContainer(value) ? Object.keys(value) : [];
}

/** Puts a value there. Objects and lists on the way are made. Throws ConfigError where something else is in the way, and for an index that leaves a gap. */
export function setAt(document: object, path: StatePath, value: unknown): void {
  let container = document as Container;
  for (const [depth, part] of path.entries()) {
    const place = path.slice(0, depth + 1);
    const key = keyIn(container, part, place);
    const isLast = place.length === path.length;
    if (isLast) put(container, key, value);
    else if (!Object.hasOwn(container, key)) put(container, key, typeof path[depth + 1] === "number" ? [] : {});
    if (isLast) return;
    const next = container[key];
    if (!isContainer(next)) throw new ConfigError(`At \`${pathText(place)}\` is a value that has no members.`);
    container = next;
  }
}

/** Takes away what is there; of a list the members behind it move up. False when there is nothing. */
export function deleteAt(document: object, path: StatePath): boolean {
  const parent = valueAt(document, path.slice(0, -1));
  const last = path.at(-1);
  if (last === undefined || !isContainer(parent) || !Object.hasOwn(parent, last)) return false;
  if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else delete parent[last];
  return true;
}

type Container = Record<string | number, unknown>;

function isContainer(value: unknown): value is Container {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}

function memberOf(value: unknown, part: string | number): unknown {
  return isContainer(value) && Object.hasOwn(value, part) ? value[part] : undefined;
}

function keyIn(container: Container, part: string | number, path: StatePath): string | number {
  if (!Array.isArray(container)) return String(part);
  if (/^\d+$/.test(String(part)) && Number(part) <= container.length) return Number(part);
  throw new ConfigError(`\`${pathText(path)}\` is no place in a list of ${container.length}: give an index from 0 to ${container.length}.`);
}

/** Assignment would take a key named `__proto__` for the prototype. */
function put(container: Container, key: string | number, value: unknown): void {
  Object.defineProperty(container, key, { value, enumerable: true, writable: true, configurable: true });
}

function isPlain(key: string): boolean {
  return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key);
}

function unquoted(quoted: string, text: string): string {
  if (quoted.startsWith("'")) return quoted.slice(1, -1);
  try {
    return JSON.parse(quoted) as string;
  } catch {
    throw unreadable(text, quoted);
  }
}

function unreadable(text: string, rest: string): ConfigError {
  return new ConfigError(
    `\`${text}\` is no path in a state, from \`${rest}\` on. Write it as sources.chess.resources.games.archives[0], odd names as sources["my shop"].`,
  );
}
