import type { CsvFormat } from "./csv-format.ts";

/** Makes a text that the encoding of the files can hold; undefined: no other text will do. */
export type Encodable = (text: string) => string | undefined;

/** Undefined for an encoding that has all characters. */
export function encodableText({ encoding, encodingErrors }: CsvFormat): Encodable | undefined {
  if (encoding === "utf-8") return undefined;
  // What latin-1 has between the two is not for texts, and not every database takes it.
  const others = encoding === "ascii" ? /[^\0-\x7f]/u : /[^\0-\x7f\xa0-\xff]/u;
  const all = new RegExp(others, "gu");
  return (text) => {
    if (!others.test(text)) return text;
    return encodingErrors === "strict" ? undefined : text.replace(all, replacements[encodingErrors]);
  };
}

const replacements: Readonly<Record<Exclude<CsvFormat["encodingErrors"], "strict">, (character: string) => string>> = {
  replace: () => "?",
  ignore: () => "",
  backslashreplace: (character) => {
    const code = character.codePointAt(0)!;
    const [letter, digits] = code <= 0xff ? ["x", 2] : code <= 0xffff ? ["u", 4] : ["U", 8];
    return `\\${letter}${code.toString(16).padStart(digits as number, "0")}`;
  },
};
