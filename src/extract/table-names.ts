import { ConfigError } from "../core/errors.ts";
import type { SchemaDocument } from "../schema/document.ts";
import type { NamingConvention } from "../schema/naming/naming-convention.ts";
import { isSystemTable, keyedStateTableName } from "../schema/system-tables.ts";
import { ResourceFailedError } from "./errors.ts";
import { normalizedTableName } from "./table-name.ts";

/** The names that resources of one source give to tables, and those that they are stored by. */
export class TableNames {
  readonly #naming: NamingConvention;
  readonly #onWarning: ((code: string, message: string) => void) | undefined;
  readonly #stored = new Map<string, string>();
  /** The first name that each table was called by. */
  readonly #first = new Map<string, string>();

  /** `onWarning` hears of two names that are one table. */
  constructor(naming: NamingConvention, onWarning: ((code: string, message: string) => void) | undefined) {
    this.#naming = naming;
    this.#onWarning = onWarning;
  }

  /** Throws ResourceFailedError for what is no name, ConfigError for the name of one of leat's own tables. */
  stored(rawName: string, resource: string, schema: SchemaDocument): string {
    const known = this.#stored.get(rawName);
    if (known !== undefined) return known;
    const name = this.#normalize(rawName, resource, schema);
    if (isSystemTable(name))
      throw new ConfigError(
        `Table \`${rawName}\` cannot be loaded into: names that begin with \`_dlt\`, and \`${keyedStateTableName}\`, are those of leat's own tables.`,
      );
    this.#stored.set(rawName, name);
    const first = this.#first.get(name) ?? rawName;
    this.#first.set(name, first);
    if (first !== rawName) this.#onWarning?.("name-collision", collision(first, rawName, name));
    return name;
  }

  #normalize(rawName: string, resource: string, schema: SchemaDocument): string {
    try {
      // The function of a user may answer with anything.
      if (typeof rawName !== "string") throw new TypeError(`the name of a table has to be a text, and was ${String(rawName)}`);
      if (rawName.trim() === "") throw new TypeError("the name of a table must not be blank");
      const name = normalizedTableName(rawName, schema, this.#naming);
      if (name === "") throw new TypeError(`the name of a table must not be made of separators only, as \`${rawName}\` is`);
      return name;
    } catch (cause) {
      throw new ResourceFailedError({ resource, sourceName: schema.name, cause });
    }
  }
}

function collision(first: string, second: string, name: string): string {
  return `Table names ${JSON.stringify(first)} and ${JSON.stringify(second)} are one table, \`${name}\`: it gets the rows of both. Rename one with \`tableName\` if they do not belong together.`;
}
