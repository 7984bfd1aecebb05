import { readCsvHeader } from "../../../formats/csv/read-header.ts";

export interface CsvHeader {
  readonly names: readonly string[];
  readonly delimiter: string;
}

/** The first line of a file, if it names columns of the table; undefined when it does not, however its fields are told apart. */
export function csvHeader(path: string, isColumn: (name: string) => boolean): CsvHeader | undefined {
  for (const delimiter of delimiters) {
    const names = readCsvHeader(path, { delimiter })?.map((name) => name.replace(/\r$/, "").replace(/^"(.*)"$/s, "$1"));
    if (names?.every(isColumn)) return { names, delimiter };
  }
  return undefined;
}

const delimiters = [",", ";", "\t", "|", ":", "~", "^"];
