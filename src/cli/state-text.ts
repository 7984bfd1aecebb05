import { encodeJson } from "../core/json-encode.ts";
import { isContainer } from "../state/clone.ts";
import type { StateChange } from "../state/diff.ts";
import { pathText } from "../state/path.ts";
import { typeOf } from "./state-value.ts";
import { tableText } from "./table-text.ts";

/** A value of a state for a person: texts, dates and numbers bare, all else as JSON. */
export function valueText(value: unknown): string {
  return typeof value === "string" ? readable(value) : typeOf(value) === undefined ? prettyJson(value) : bare(value);
}

/** A value for the eye: of long lists, objects and texts only the beginning. */
export function abbreviatedText(value: unknown): string {
  return prettyJson(abbreviated(value));
}

/** Changes as lines: what came, what went, what is another value now. */
export function changeLines(changes: readonly StateChange[], indent = "  "): string[] {
  const rows = changes.slice(0, shownChanges).map(({ path, before, after }) => {
    if (before === undefined) return ["+", pathText(path), shortText(after)];
    if (after === undefined) return ["-", pathText(path), shortText(before)];
    return ["~", pathText(path), `${shortText(before)} -> ${shortText(after)}`];
  });
  const more = changes.length - rows.length;
  return [
    ...tableText(rows, indent),
    ...(more === 0 ? [] : [`${indent}and ${more.toLocaleString("en-US")} more changes (--json has them all)`]),
  ];
}

/** The same for a program: plain JSON, a side that has nothing is left out. */
export function changeDocument({ path, before, after }: StateChange): object {
  const kind = before === undefined ? "added" : after === undefined ? "removed" : "changed";
  return { path: pathText(path), kind, before, after };
}

const shownChanges = 100;
const shownMembers = 20;
const longestText = 200;
const longestCell = 80;

/** On one line, with the type where the text does not tell it. */
function shortText(value: unknown): string {
  const type = typeOf(value);
  const text = type === undefined ? readable(encodeJson(value)) : `${bare(value)} (${type})`;
  return text.length <= longestCell ? text : `${text.slice(0, longestCell - 1)}…`;
}

function bare(value: unknown): string {
  return encodeJson(value).replace(/^"(.*)"$/, "$1");
}

function prettyJson(value: unknown): string {
  return readable(encodeJson(value, { pretty: true }));
}

/** The marks of typed values that nobody could read. */
function readable(text: string): string {
  return text.replace(/[\uf026-\uf02d]/g, "");
}

function abbreviated(value: unknown): unknown {
  if (typeof value === "string") {
    return value.length <= longestText ? value : `${value.slice(0, longestText)}… (${value.length.toLocaleString("en-US")} characters)`;
  }
  if (typeof value !== "object" || value === null || !isContainer(value)) return value;
  const members = Object.entries(value).slice(0, shownMembers);
  const more = Object.keys(value).length - members.length;
  const note = `${more.toLocaleString("en-US")} more`;
  if (Array.isArray(value)) return [...members.map(([, member]) => abbreviated(member)), ...(more === 0 ? [] : [`… ${note}`])];
  // Keys that look like integers would move to the front of an object.
  return new Map([
    ...members.map(([key, member]): [string, unknown] => [key, abbreviated(member)]),
    ...(more === 0 ? [] : [["…", note] as const]),
  ]);
}
