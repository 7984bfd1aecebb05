/** The items of an array as Postgres prints it, `{1,NULL,"a b",{…}}`: arrays within arrays, null, and what `decode` makes of each text. */
export function parsePostgresArray(text: string, decode: (item: string) => unknown): unknown[] {
  // An array that does not start at 1 says so: `[0:2]={1,2,3}`.
  const reader: Reader = { text, at: text.indexOf("{"), decode };
  return readArray(reader);
}

interface Reader {
  readonly text: string;
  at: number;
  readonly decode: (item: string) => unknown;
}

function readArray(reader: Reader): unknown[] {
  const items: unknown[] = [];
  reader.at++;
  while (reader.at < reader.text.length) {
    const character = reader.text[reader.at];
    if (character === "}") {
      reader.at++;
      return items;
    }
    if (character === ",") reader.at++;
    else items.push(character === "{" ? readArray(reader) : character === '"' ? readQuoted(reader) : readPlain(reader));
  }
  return items;
}

function readQuoted(reader: Reader): unknown {
  quoted.lastIndex = reader.at;
  const [whole = '""'] = quoted.exec(reader.text) ?? [];
  reader.at += whole.length;
  return reader.decode(whole.slice(1, -1).replaceAll(/\\(.)/gs, "$1"));
}

function readPlain(reader: Reader): unknown {
  plain.lastIndex = reader.at;
  const [item = ""] = plain.exec(reader.text) ?? [];
  reader.at += Math.max(item.length, 1);
  return item === "NULL" ? null : reader.decode(item);
}

const quoted = /"(?:[^"\\]|\\.)*"/gsy;
const plain = /[^,}]*/gy;
