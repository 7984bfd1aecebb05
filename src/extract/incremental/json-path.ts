import { ConfigError } from "../../core/errors.ts";

/** A cursor path, ready to be used on rows. */
export interface CursorPath {
  readonly text: string;
  /** The path is the name of one field. */
  readonly name: string | undefined;
  /** The value at the path, the first one where there are several; undefined when there is none. */
  read(row: unknown): unknown;
}

type Step =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "members" }
  | { readonly kind: "slice"; readonly from: number | undefined; readonly to: number | undefined };

/**
 * Takes the paths apart that dlt takes: names (quoted, when they are no words), `.`, `[0]`, `[-1]`, `[1:3]`, `[*]`, `.*`, and `$` for the row.
 * Throws ConfigError for filters, unions, functions, descendants (`..`) and for what is no path.
 */
export function parseCursorPath(text: string): CursorPath {
  if (isPlainName(text)) return { text, name: text, read: (row) => member(row, text) };
  const steps = stepsOf(text);
  const [first] = steps;
  const name = steps.length === 1 && first?.kind === "name" && !text.startsWith("$") ? first.name : undefined;
  return { text, name, read: name === undefined ? (row) => firstOf(row, steps, 0) : (row) => member(row, name) };
}

/** Any text without a character that means something in a path. */
function isPlainName(text: string): boolean {
  return !/[.[\]*$"'?()|,&@]/.test(text);
}

const word = /[\p{L}\p{N}_@][\p{L}\p{N}_@-]*/uy;
const quoted = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/y;
const bracketed = /\[\s*(?:(-?\d+)|(\*)|(-?\d+)?\s*:\s*(-?\d+)?|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[\p{L}_][\p{L}\p{N}_-]*))\s*\]/uy;

function stepsOf(text: string): readonly Step[] {
  const steps: Step[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text) ?? undefined;
    if (found !== undefined) at += found[0].length;
    return found;
  };
  if (text.startsWith("$") || /^@(?=$|[.[])/.test(text)) at = 1;
  let needsDot = at === 1;
  while (at < text.length) {
    const hasDot = text[at] === ".";
    if (hasDot) at += 1;
    const inBrackets = take(bracketed);
    if (inBrackets !== undefined) steps.push(bracketStep(inBrackets));
    else if (needsDot !== hasDot) throw notUnderstood(text, at);
    else steps.push(nameStep(take, text, at));
    needsDot = true;
  }
  if (text.endsWith(".")) throw notUnderstood(text, at);
  return steps;
}

function nameStep(take: (pattern: RegExp) => RegExpExecArray | undefined, text: string, at: number): Step {
  if (take(/\*/y) !== undefined) return { kind: "members" };
  const found = take(quoted)?.[0] ?? take(word)?.[0];
  if (found === undefined) throw notUnderstood(text, at);
  return { kind: "name", name: unquoted(found) };
}

function bracketStep([, index, all, from, to, name]: RegExpExecArray): Step {
  if (index !== undefined) return { kind: "index", index: Number(index) };
  if (name !== undefined) return { kind: "name", name: unquoted(name) };
  if (all !== undefined) return { kind: "slice", from: undefined, to: undefined };
  return { kind: "slice", from: from === undefined ? undefined : Number(from), to: to === undefined ? undefined : Number(to) };
}

function unquoted(name: string): string {
  return /^["']/.test(name) ? name.slice(1, -1).replace(/\\(.)/g, "$1") : name;
}

function notUnderstood(text: string, at: number): ConfigError {
  return new ConfigError(
    `The cursorPath \`${text}\` cannot be used: ${at >= text.length ? "it ends too early" : `\`${text.slice(at, at + 20)}\` is not understood`}. ` +
      "A path has names, indexes and wildcards: `updated_at`, `meta.updated[0]`, `$.items[*].at`, `'first name'`. " +
      "Filters, unions, functions and `..` are not supported: compute such a value into a field with .map(), and name that.",
  );
}

/** The first value that the steps from `index` on lead to. */
function firstOf(value: unknown, steps: readonly Step[], index: number): unknown {
  const step = steps[index];
  if (step === undefined) return value;
  if (value === null || value === undefined) return undefined;
  switch (step.kind) {
    case "name":
      return firstOf(member(value, step.name), steps, index + 1);
    case "index":
      return Array.isArray(value) ? firstOf(value.at(step.index), steps, index + 1) : undefined;
    default: {
      for (const each of eachOf(value, step)) {
        const found = firstOf(each, steps, index + 1);
        if (found !== undefined) return found;
      }
      return undefined;
    }
  }
}

/** A wildcard in brackets takes what is no list for a list of one. */
function eachOf(value: unknown, step: Extract<Step, { kind: "members" | "slice" }>): readonly unknown[] {
  if (step.kind === "slice") return (Array.isArray(value) ? value : [value]).slice(step.from, step.to);
  if (value instanceof Map) return [...value.values()];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.values(value) : [];
}

/** Fields of objects and of instances; methods are no fields. */
function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  if (value instanceof Map) return value.get(name);
  const found = (value as Record<string, unknown>)[name];
  return typeof found === "function" ? undefined : found;
}
