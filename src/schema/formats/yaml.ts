import { createRequire } from "node:module";
import type { CreateNodeOptions, DocumentOptions, ParseOptions, ScalarTag, SchemaOptions, ToStringOptions } from "yaml";
import { Float } from "../../core/float.ts";

/** The text of a document as dlt writes it: block style, order kept, in words of YAML 1.1, which is what Python reads. */
export function stringifyYaml(document: object): string {
  return yaml().stringify(document, writing);
}

/** The value of a YAML text as Python reads it (YAML 1.1, without dates). Throws what the parser throws, with line and column. */
export function parseYaml(text: string): unknown {
  const document = yaml().parseDocument(text, reading);
  // A tag that nobody knows is a warning, which would go to the user's terminal.
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem !== undefined) throw problem;
  return document.toJS(reading) as unknown;
}

let loaded: typeof import("yaml") | undefined;

/** Loaded when it is needed; at once, since formatting a schema waits for nothing. */
function yaml(): typeof import("yaml") {
  loaded ??= createRequire(import.meta.url)("yaml") as typeof import("yaml");
  return loaded;
}

const float: ScalarTag = {
  tag: "tag:yaml.org,2002:float",
  default: true,
  identify: (value) => value instanceof Float,
  test: /^[-+]?(?:\d[\d_]*\.[\d_]*(?:[eE][-+]\d+)?|\.\d[\d_]*(?:[eE][-+]\d+)?)$/,
  resolve: (text: string) => floatOf(Number(text.replaceAll("_", ""))),
  stringify: ({ value }) => String(value),
};

/** Texts that the package writes as they are, and Python takes for something else, or for no YAML. In double quotes everything has an escape. */
const oddText: ScalarTag = {
  tag: "tag:yaml.org,2002:str",
  default: true,
  identify: (value) => typeof value === "string" && (value === "=" || value === "<<" || unprintable.test(value)),
  // With it this one comes before the tag of `<<`; nothing is read with it.
  test: /(?!)/,
  resolve: (text: string) => text,
  stringify: ({ value }) => JSON.stringify(value).replace(unprintables, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`),
};

const unprintable = /[\0-\x08\t\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/;
const unprintables = new RegExp(unprintable, "g");

const writing: DocumentOptions & SchemaOptions & CreateNodeOptions & ToStringOptions = {
  version: "1.1",
  customTags: (tags) => [oddText, float, ...tags],
  aliasDuplicateObjects: false,
  lineWidth: 0,
  indentSeq: false,
  singleQuote: true,
};

/** What a plain word means to Python's reader. The package has other ideas: to it `y`, `1e5` and `0o7` are no texts. */
const reading: ParseOptions & DocumentOptions & SchemaOptions & { readonly maxAliasCount: number } = {
  schema: "failsafe",
  merge: true,
  stringKeys: true,
  maxAliasCount: 10_000,
  customTags: [
    { tag: "tag:yaml.org,2002:null", default: true, test: /^(?:~|null|Null|NULL|)$/, resolve: () => null },
    {
      tag: "tag:yaml.org,2002:bool",
      default: true,
      test: /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/,
      resolve: (text: string) => /^(?:yes|true|on)$/i.test(text),
    },
    {
      tag: "tag:yaml.org,2002:int",
      default: true,
      test: /^[-+]?(?:0|[1-9][\d_]*)$/,
      resolve: (text: string) => integerOf(text.replaceAll("_", "").replace("+", "")),
    },
    float,
  ],
};

function floatOf(value: number): number | Float {
  return Number.isInteger(value) ? new Float(value) : value;
}

function integerOf(text: string): number | bigint {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : BigInt(text);
}
