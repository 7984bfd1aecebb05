import { IdentifierError } from "../schema/naming/identifier.ts";

/** Names of tables, or of the columns of one: refuses two that a destination takes for one. */
export class DistinctNames {
  readonly #options: { readonly what: string; readonly schemaName: string; readonly caseSensitive: boolean };
  readonly #byFolded = new Map<string, string>();

  constructor(options: { readonly what: string; readonly schemaName: string; readonly caseSensitive: boolean }) {
    this.#options = options;
  }

  /** Throws IdentifierError. */
  add(name: string): void {
    const { what, schemaName, caseSensitive } = this.#options;
    if (caseSensitive) return;
    const folded = foldAscii(name);
    const known = this.#byFolded.get(folded);
    if (known !== undefined && known !== name) {
      const problem = `and the name ${JSON.stringify(known)} differ in case only, and the destination takes ${what} so named for one. Rename one with .map() or \`tableName\`, or use the naming convention snake_case`;
      throw new IdentifierError({ identifier: name, schemaName, problem });
    }
    this.#byFolded.set(folded, name);
  }

  /** False: `add` throws. */
  takes(name: string): boolean {
    return this.#options.caseSensitive || (this.#byFolded.get(foldAscii(name)) ?? name) === name;
  }
}

/** Databases fold the letters A to Z, and take `Ä` and `ä` for two. */
function foldAscii(name: string): string {
  return name.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
