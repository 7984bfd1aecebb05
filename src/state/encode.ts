import { encodeJson, writeJson } from "../core/json-encode.ts";
import { InvalidStateError } from "./errors.ts";

/** The text of a state document as it lies in `state.json`. Throws InvalidStateError with the path of the first value that state cannot hold. */
export function encodeState(state: object, options: { readonly sorted?: boolean; readonly maps?: boolean } = {}): string {
  return refusingDepth(() => encodeJson(state, { ...options, typed: true, large: true, onUnencodable: refuse }));
}

/** The text that is hashed, in pieces: keys in the order of their code points. */
export function writeSortedState(state: object, write: (piece: string) => void): void {
  refusingDepth(() => writeJson(state, { sorted: true, typed: true, onUnencodable: refuse }, write));
}

/** Thousands of levels exhaust the stack, of whoever reads them too. */
function refusingDepth<T>(encode: () => T): T {
  try {
    return encode();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InvalidStateError("The pipeline state has a value that is nested too deeply. Keep fewer levels.", {
      path: "$",
      cause: error,
    });
  }
}

function refuse(jsonPath: string, what: string): never {
  const path = jsonPath.replace(/^\$\.?/, "") || "$";
  throw new InvalidStateError(`${owner(path)} cannot hold ${what}, which is at \`${path}\`. ${remedy}`, { path });
}

const remedy = "Keep text, numbers, booleans, dates, decimals, bytes, and arrays and plain objects of these.";

function owner(path: string): string {
  const [root, source, branch, resource] = steps(path);
  if (root !== "sources" || source === undefined) return "The pipeline state";
  if (branch !== "resources" || resource === undefined) return `The state of source \`${source}\``;
  return `The state of resource \`${resource}\` of source \`${source}\``;
}

/** The keys on the path; those that are no plain words are quoted in it. */
function steps(path: string): string[] {
  return [...path.matchAll(/("(?:[^"\\]|\\.)*")|([^.[\]"]+)/g)].map(([word, quoted]) =>
    quoted === undefined ? word : (JSON.parse(quoted) as string),
  );
}
