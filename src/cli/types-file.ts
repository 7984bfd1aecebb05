const mark = "// Written by `leat types`, and renewed by it: changes made here are lost. Pipelines: ";

/** The first line says which pipelines the file is made from. */
export function headLines(pipelines: readonly string[]): readonly string[] {
  return [mark + pipelines.map(quoted).join(", ")];
}

/** The pipelines that the first line names; undefined when the file is not one of ours. */
export function pipelinesInHead(text: string): readonly string[] | undefined {
  const [first = ""] = text.split("\n", 1);
  if (!first.startsWith(mark)) return undefined;
  const names = first.slice(mark.length).match(/"(?:[^"\\]|\\.)*"|[^,\s]+/g) ?? [];
  return names.map((name) => (name.startsWith('"') ? (JSON.parse(name) as string) : name));
}

function quoted(name: string): string {
  return /^[\w.-]+$/.test(name) ? name : JSON.stringify(name);
}

/** Lines of one text that the other does not have, each with the table that it belongs to. Empty when only their form differs. */
export function differences(present: string, wanted: string): readonly string[] {
  const before = placed(present);
  const after = placed(wanted);
  const changed = [
    ...[...before].filter(([key]) => !after.has(key)).map(([key, place]) => ({ key, place, sign: "-" })),
    ...[...after].filter(([key]) => !before.has(key)).map(([key, place]) => ({ key, place, sign: "+" })),
  ];
  // The old line before the new one.
  return changed.sort((a, b) => compare(a.place, b.place) || compare(b.sign, a.sign)).map(({ key, sign }) => `${sign} ${key}`);
}

/** Each line with the names of the blocks around it, and its place among the others without its type. */
function placed(text: string): ReadonlyMap<string, string> {
  const lines = new Map<string, string>();
  const blocks: string[] = [];
  for (const line of text.split("\n")) {
    const content = line.trim();
    if (content === "" || content === "};" || content === "}") continue;
    const depth = (line.length - line.trimStart().length) / 2;
    const place = [...blocks.slice(2, depth), content.replace(/:.*/, "")].join(".");
    lines.set([...blocks.slice(2, depth), content.replace(/ \{$/, " { … }")].join("."), place);
    if (content.endsWith("{")) {
      blocks.length = depth;
      blocks[depth] = content.replace(/: \{$/, "");
    }
  }
  return lines;
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
