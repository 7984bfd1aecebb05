import { DriverFailure } from "../core/driver-failure.ts";

/**
 * The places for values in a statement, numbered ones as `$1`: numbers that leave one out (`?2` alone) end the process where the package is libsql.
 * Throws DriverFailure for what the packages would take for something else, without a word.
 */
export function placesOf(sql: string, given: number): { readonly sql: string; readonly areNumbered: boolean } {
  let unnumbered = 0;
  let highest = 0;
  let isOver = false;
  for (const [token] of sql.matchAll(tokens)) {
    if (isText(token)) {
      if (!isComment(token)) refuseSecond(isOver);
      continue;
    }
    if (token === ";") {
      isOver = true;
      continue;
    }
    refuseSecond(isOver);
    if (token === "?") unnumbered += 1;
    else if (/^[?$]\d+$/.test(token)) highest = Math.max(highest, Number(token.slice(1)));
    else if (/^[$:@]\w/.test(token))
      throw new DriverFailure("statement", `\`${token}\` has a name, and values come in a list. Write \`?\`, or \`$1\`, \`$2\`.`);
  }
  if (unnumbered > 0 && highest > 0)
    throw new DriverFailure("statement", "Some places for values have a number and others have none. Number all of them, or none.");
  const places = Math.max(unnumbered, highest);
  if (places > given)
    throw new DriverFailure(
      "statement",
      `The statement has ${places} places for values, and ${given} ${given === 1 ? "was" : "were"} given.`,
    );
  return {
    sql: highest > 0 ? sql.replace(tokens, (token) => (/^\?\d/.test(token) ? `$${token.slice(1)}` : token)) : sql,
    areNumbered: highest > 0,
  };
}

/** Texts, quoted names and comments; places; the end of a statement; words and signs. */
const tokens =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[?$]\d+|[$:@][A-Za-z_]\w*|[?;]|[\w\u0080-\uffff]+|[^\s]/g;

function isText(token: string): boolean {
  return /^(?:['"`[]|--|\/\*)/.test(token);
}

function isComment(token: string): boolean {
  return token.startsWith("--") || token.startsWith("/*");
}

function refuseSecond(isOver: boolean): void {
  if (isOver) throw new DriverFailure("statement", "SQLite takes one statement at a time. Send each by itself.");
}
