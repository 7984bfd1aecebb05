import { ConfigError, LeatError } from "../../core/errors.ts";
import { IdentifierError } from "./identifier.ts";
import type { NamingRules } from "./naming-rules.ts";

/**
 * A naming convention of your own. Blank names, white space around names, the parts of paths and names that are too long for the destination are leat's
 * business, as with the conventions that leat has. It is not asked for names that begin with `_dlt_`: those are leat's, and stay.
 */
export interface CustomNaming {
  /** Stored with every schema: letters, digits and `_`, with points between them as in the path of a Python module. Not the name of a convention that leat has. */
  readonly name: string;
  /** From a name as the data has it, which is not blank, to the one that the column gets. The same name gives the same result, always, and its own result as well. */
  normalizeIdentifier(name: string): string;
  /** What names of tables get after that. Default: nothing more. */
  normalizeTableIdentifier?(identifier: string): string;
  /** What joins the names of a table and of the list in it. Default `__`. */
  readonly pathSeparator?: string;
  /** False: names that differ in case only are one name, also where the destination would tell them apart. Default true. */
  readonly isCaseSensitive?: boolean;
  /** Longer names are shortened, with a tag of the whole name in their middle; the destination may allow less. In characters, 8 or more. Default no limit. */
  readonly maxLength?: number;
}

/** Throws ConfigError for what is no naming convention. */
export function checkCustomNaming(naming: CustomNaming, builtIn: readonly string[]): void {
  const { name, normalizeIdentifier, normalizeTableIdentifier, pathSeparator, isCaseSensitive, maxLength } = naming;
  if (typeof name !== "string" || !/^[A-Za-z_]\w*(\.\w+)*$/.test(name))
    throw wrong(`its \`name\` is ${JSON.stringify(name)}, and has to be letters, digits and \`_\``);
  if (builtIn.includes(name.slice(name.lastIndexOf(".") + 1)))
    throw wrong(`leat has one that is called \`${name}\`: give yours another \`name\``);
  if (typeof normalizeIdentifier !== "function") throw wrong("it has no function `normalizeIdentifier`");
  if (normalizeTableIdentifier !== undefined && typeof normalizeTableIdentifier !== "function")
    throw wrong("its `normalizeTableIdentifier` is no function");
  if (pathSeparator !== undefined && (typeof pathSeparator !== "string" || pathSeparator.trim() === ""))
    throw wrong("its `pathSeparator` has to be a text that is not blank");
  if (isCaseSensitive !== undefined && typeof isCaseSensitive !== "boolean") throw wrong("its `isCaseSensitive` has to be true or false");
  if (maxLength !== undefined && !(Number.isSafeInteger(maxLength) && maxLength >= 8))
    throw wrong("its `maxLength` has to be an integer of 8 or more");
  const known = ["name", "normalizeIdentifier", "normalizeTableIdentifier", "pathSeparator", "isCaseSensitive", "maxLength"];
  const other = Object.keys(naming).find((key) => !known.includes(key));
  if (other !== undefined) throw wrong(`it has \`${other}\`, and there is ${known.join(", ")}`);

  function wrong(problem: string): ConfigError {
    return new ConfigError(`The \`naming\` of pipeline() is no naming convention: ${problem}.`);
  }
}

export function rulesOf(naming: CustomNaming): NamingRules {
  const { name, pathSeparator = "__", isCaseSensitive = true, maxLength } = naming;
  const asked = (method: "normalizeIdentifier" | "normalizeTableIdentifier", from: string): string => {
    const made = answer(naming, method, from);
    if (typeof made === "string" && made.trim() !== "") return made;
    throw new IdentifierError({
      identifier: from,
      problem: `is ${JSON.stringify(made)} by the naming convention \`${name}\`, which has to give a text that is not blank`,
    });
  };
  return {
    isCaseSensitive,
    pathSeparator,
    maxLength,
    rewrite: (raw) => (isOwn(raw) ? raw : asked("normalizeIdentifier", raw)),
    ...(naming.normalizeTableIdentifier === undefined
      ? {}
      : {
          rewriteTable: (identifier: string) => (isOwn(identifier) ? identifier : asked("normalizeTableIdentifier", identifier)),
        }),
  };
}

function answer(naming: CustomNaming, method: "normalizeIdentifier" | "normalizeTableIdentifier", from: string): unknown {
  try {
    return naming[method]!(from);
  } catch (cause) {
    // An author may throw IdentifierError, and a convention that is not there says so itself.
    if (LeatError.is(cause)) throw cause;
    const reason = (cause instanceof Error ? cause.message : String(cause)).replace(/\.+$/, "");
    throw new IdentifierError({
      identifier: from,
      problem: `cannot be made by the naming convention \`${naming.name}\`: its \`${method}\` threw ${reason}`,
      cause,
    });
  }
}

function isOwn(name: string): boolean {
  return name.startsWith("_dlt_");
}
