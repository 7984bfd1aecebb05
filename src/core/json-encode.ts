import { sortCodePoints } from "./code-points.ts";
import { scalarOf } from "./json-scalar.ts";
import { nativeContainers } from "./native-json.ts";

export interface EncodeOptions {
  /** Keys in the order of their code points, at every level: the form that is hashed. Default: insertion order. */
  readonly sorted?: boolean;
  /** Two spaces per level. Default: no white space. */
  readonly pretty?: boolean;
  /** Typed JSON: values that JSON knows no type for keep it, as strings that begin with a mark. Default: plain text. */
  readonly typed?: boolean;
  /** False: a `Map` cannot be written, since it would be read back as an object. Default true. */
  readonly maps?: boolean;
  /** The value is expected to be large: what JSON itself would write the same way is left to it. Default false, which is faster for small ones. */
  readonly large?: boolean;
  /** Called with the path (`$.a[3].b`) and a description ("a function") of the first value that cannot be written. Default: throws TypeError. */
  readonly onUnencodable?: (path: string, what: string) => never;
}

/**
 * The JSON text that dlt writes for the same value. Beside JSON's own values it takes bigint, `Float`, `Map`, `Date` and `Timestamp`, `PlainDate`,
 * `PlainTime`, `PlainDateTime` (also Temporal's), `Decimal`, `Wei`, `Uint8Array` and `HexBytes`. A number that is integral prints as an integer,
 * NaN and infinity as null; members that are undefined are left out. JavaScript moves integer-like keys of objects to the front: a `Map` keeps them.
 */
export function encodeJson(value: unknown, options: EncodeOptions = {}): string {
  const run = newRun(value, options);
  return value === undefined ? run.onUnencodable("$", "undefined") : valueText(value, run, 0);
}

/** Hands out the text of `encodeJson` in pieces: a large one is never there as a whole. */
export function writeJson(value: unknown, options: EncodeOptions, write: (piece: string) => void): void {
  writeValue(value, newRun(value, options), 0, write);
}

function newRun(value: unknown, options: EncodeOptions): Run {
  const { sorted = false, pretty = false, large = false } = options;
  return {
    sorted,
    pretty,
    native: large && !sorted && !pretty ? nativeContainers(value) : undefined,
    typed: options.typed ?? false,
    maps: options.maps ?? true,
    onUnencodable: options.onUnencodable ?? refuse,
    parents: [],
    steps: [],
    keys: [],
    sortedKeys: [],
  };
}

/** One call of `encodeJson`. `parents` and `steps` are the way from the root to the value at hand: containers, and the key or index in each. */
interface Run {
  readonly sorted: boolean;
  readonly pretty: boolean;
  readonly typed: boolean;
  readonly maps: boolean;
  readonly onUnencodable: (path: string, what: string) => never;
  readonly parents: object[];
  readonly steps: (string | number)[];
  /** Containers that JSON itself writes the same way; undefined when that is not known. */
  readonly native: ReadonlySet<object> | undefined;
  /** Keys that were sorted last: neighbours mostly have the same. */
  keys: readonly string[];
  sortedKeys: readonly string[];
}

type Members = Readonly<Record<string, unknown>> | ReadonlyMap<string, unknown>;

function refuse(path: string, what: string): never {
  throw new TypeError(`The value at ${path} cannot be written as JSON: it is ${what}.`);
}

/** Takes containers apart until it comes to one with many members. */
function writeValue(value: unknown, run: Run, depth: number, write: (piece: string) => void): void {
  const isLiteral = typeof value === "object" && value !== null && !Array.isArray(value) && isPlain(value);
  if (!isLiteral || run.pretty) {
    write(valueText(value, run, depth));
    return;
  }
  enter(value, run, depth);
  const keys = Object.keys(value);
  const isLarge = keys.length > manyKeys;
  let text = "{";
  let isFirst = true;
  for (const key of run.sorted ? sortCodePoints(keys) : keys) {
    const member = value[key];
    if (member === undefined) continue;
    run.steps[depth] = key;
    text += (isFirst ? "" : ",") + quotedKey(key);
    isFirst = false;
    if (isLarge) text += valueText(member, run, depth + 1);
    if (isLarge && text.length <= pieceLength) continue;
    write(text);
    text = "";
    if (!isLarge) writeValue(member, run, depth + 1, write);
  }
  leave(run, depth);
  write(`${text}}`);
}

/** Most keys need no escape. */
function quotedKey(key: string): string {
  return plainText.test(key) ? `"${key}":` : `${JSON.stringify(key)}:`;
}

const plainText = /^[ !#-[\]-~]*$/;

function valueText(value: unknown, run: Run, depth: number): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      return numberText(value);
    case "boolean":
      return value ? "true" : "false";
    case "bigint":
      return bigintText(value, run, depth);
    case "undefined":
      return "null";
    case "object":
      return value === null ? "null" : objectText(value, run, depth);
    default:
      return fail(run, depth, `a ${typeof value}`);
  }
}

/** dlt's text of floats begins to use exponents at 0.00001, JavaScript's at 0.000001; an integral number is an integer, whatever its size. */
function numberText(value: number): string {
  if (value < 1e-5 && value > -1e-5 && value !== 0) return value.toExponential();
  return Number.isFinite(value) ? String(value) : "null";
}

/** dlt reads no longer integers from typed documents. Plain JSON, which ends in columns and hashes, keeps them. */
function bigintText(value: bigint, run: Run, depth: number): string {
  if (run.typed && (value > maxInteger || value < minInteger)) return fail(run, depth, "an integer beyond 64 bits (use Decimal)");
  return String(value);
}

const minInteger = -(2n ** 63n);
const maxInteger = 2n ** 64n - 1n;

function objectText(value: object, run: Run, depth: number): string {
  if (run.native?.has(value) === true) return JSON.stringify(value);
  if (Array.isArray(value)) return arrayText(value, run, depth);
  if (value instanceof Map && run.maps) return membersText(value, withTextKeys(value, run, depth), run, depth);
  if (isPlain(value)) return membersText(value, value, run, depth);
  const scalar = scalarOf(value);
  if (typeof scalar !== "object") return fail(run, depth, scalar ?? className(value));
  if (scalar.mark === undefined) return scalar.text;
  return run.typed ? `"${String.fromCharCode(scalar.mark)}${scalar.text}"` : `"${scalar.text}"`;
}

/** An object literal, of this or another realm. */
function isPlain(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  return Object.getPrototypeOf(prototype) === null && !(Symbol.toStringTag in value);
}

function arrayText(values: readonly unknown[], run: Run, depth: number): string {
  if (values.length === 0) return "[]";
  enter(values, run, depth);
  const between = `,${line(run, depth + 1)}`;
  let pieces: string[] | undefined;
  let text = `[${line(run, depth + 1)}`;
  for (let index = 0; index < values.length; index++) {
    run.steps[depth] = index;
    text += (index === 0 ? "" : between) + valueText(values[index], run, depth + 1);
    if (text.length > pieceLength) {
      pieces ??= [];
      pieces.push(text);
      text = "";
    }
  }
  leave(run, depth);
  return `${joined(pieces, text)}${line(run, depth)}]`;
}

/** `container` is what the caller passed, `members` the same with keys that are text. */
function membersText(container: object, members: Members, run: Run, depth: number): string {
  enter(container, run, depth);
  const map = members instanceof Map ? (members as ReadonlyMap<string, unknown>) : undefined;
  const keys = map === undefined ? Object.keys(members) : [...map.keys()];
  const between = `,${line(run, depth + 1)}`;
  const colon = run.pretty ? ": " : ":";
  const quoted = keys.length > manyKeys ? JSON.stringify : keyText;
  let pieces: string[] | undefined;
  let text = "";
  for (const key of run.sorted ? sortedKeys(keys, run) : keys) {
    const member = map === undefined ? (members as Readonly<Record<string, unknown>>)[key] : map.get(key);
    if (member === undefined) continue;
    run.steps[depth] = key;
    text += (text === "" && pieces === undefined ? "" : between) + quoted(key) + colon + valueText(member, run, depth + 1);
    if (text.length > pieceLength) {
      pieces ??= [];
      pieces.push(text);
      text = "";
    }
  }
  leave(run, depth);
  const all = joined(pieces, text);
  return all === "" ? "{}" : `{${line(run, depth + 1)}${all}${line(run, depth)}}`;
}

/** A long text is put together from pieces: grown by single members it would be a tree of a million texts. */
const pieceLength = 16_384;

function joined(pieces: readonly string[] | undefined, last: string): string {
  return pieces === undefined ? last : pieces.join("") + last;
}

function sortedKeys(keys: string[], run: Run): readonly string[] {
  if (keys.length > manyKeys) return sortCodePoints(keys);
  if (!isSameList(keys, run.keys)) {
    run.keys = [...keys];
    run.sortedKeys = sortCodePoints(keys);
  }
  return run.sortedKeys;
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index++) if (one[index] !== other[index]) return false;
  return true;
}

/** Python's keys `1`, `2.5`, `True` and `None` become text in dlt's documents; so do those of a Map. */
function withTextKeys(map: ReadonlyMap<unknown, unknown>, run: Run, depth: number): ReadonlyMap<string, unknown> {
  const members = new Map<string, unknown>();
  for (const [key, member] of map) {
    if (key !== null && (typeof key === "object" || typeof key === "function" || typeof key === "symbol" || key === undefined)) {
      return fail(run, depth, `a Map with a key of type ${typeof key}`);
    }
    members.set(typeof key === "string" ? key : typeof key === "number" ? numberText(key) : String(key), member);
  }
  return members;
}

/** White space before a member or a closing bracket. */
function line(run: Run, depth: number): string {
  return run.pretty ? `\n${"  ".repeat(depth)}` : "";
}

/** Keys repeat from row to row: quoting them again costs more than looking them up. Those of an object with many are data, and do not. */
const keyTexts = new Map<string, string>();
const maxKeyTexts = 10_000;
const manyKeys = 200;

function keyText(key: string): string {
  let text = keyTexts.get(key);
  if (text === undefined) {
    if (keyTexts.size === maxKeyTexts) keyTexts.clear();
    text = JSON.stringify(key);
    keyTexts.set(key, text);
  }
  return text;
}

function enter(container: object, run: Run, depth: number): void {
  for (let index = 0; index < depth; index++) {
    if (run.parents[index] === container) fail(run, depth, "a circular reference");
  }
  run.parents[depth] = container;
}

function leave(run: Run, depth: number): void {
  run.parents.length = depth;
}

function fail(run: Run, depth: number, what: string): never {
  return run.onUnencodable(pathText(run.steps.slice(0, depth)), what);
}

function pathText(steps: readonly (string | number)[]): string {
  const parts = steps.map((step) => {
    if (typeof step === "number") return `[${step}]`;
    return /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
  });
  return `$${parts.join("")}`;
}

function className(value: object): string {
  const maker: unknown = (value as { readonly constructor?: unknown }).constructor;
  return typeof maker === "function" && maker.name !== "" ? `an instance of ${maker.name}` : "an object with a prototype";
}
