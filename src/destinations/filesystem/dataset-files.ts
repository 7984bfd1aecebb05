import type { FileStore, StoredFile } from "../../drivers/files/file-store.ts";
import type { SchemaDocument } from "../../schema/document.ts";
import { isSystemTable } from "../../schema/system-tables.ts";
import type { Layout } from "./layout/layout.ts";

/** A file of a table. */
export interface TableFile extends StoredFile {
  /** Of the package that brought it; undefined where its name does not say. */
  readonly loadId: string | undefined;
  readonly fileId: string | undefined;
}

export type NamedTables = Pick<SchemaDocument, "name" | "tables">;

/** The files of one dataset. Keys are relative to its folder. */
export class DatasetFiles {
  readonly store: FileStore;
  readonly layout: Layout;
  readonly #folder: string;

  constructor(store: FileStore, dataset: string, layout: Layout) {
    this.store = store;
    this.layout = layout;
    this.#folder = `${dataset}/`;
  }

  /** The key in the store. */
  at(key: string): string {
    return this.#folder + key;
  }

  async text(key: string): Promise<string | undefined> {
    const bytes = await this.store.read(this.at(key));
    return bytes === undefined ? undefined : Buffer.from(bytes).toString("utf8");
  }

  write(key: string, text: string): Promise<void> {
    return this.store.write(this.at(key), text);
  }

  async list(prefix: string): Promise<readonly StoredFile[]> {
    const found = await this.store.list(this.at(prefix));
    return found.map(({ key, version }) => ({ key: key.slice(this.#folder.length), version }));
  }

  remove(keys: readonly string[]): Promise<void> {
    return this.store.remove(keys.map((key) => this.at(key)));
  }

  /**
   * All files of a table, also those of packages that do not count, in the order of their names. `known` are the schemas of the dataset: what their tables
   * have is left out.
   */
  async ofTable(schema: NamedTables, table: string, known: readonly NamedTables[]): Promise<readonly TableFile[]> {
    const prefix = this.prefixOf(schema, table);
    // `event_` is what the files of `event__child` begin with, too, where the layout puts that behind the name of a table.
    const others = [schema, ...known]
      .flatMap((each) => Object.keys(each.tables).map((other) => this.prefixOf(each, other)))
      .filter((other) => other.length > prefix.length && other.startsWith(prefix));
    const found = (await this.list(prefix)).filter(({ key }) => !others.some((other) => key.startsWith(other)));
    return found
      .map((file) => ({ file, ids: this.layout.idsIn(file.key, schema.name, table) }))
      .filter(({ ids }) => ids !== undefined || prefix.endsWith("/"))
      .map(({ file, ids }) => ({ loadId: undefined, fileId: undefined, ...file, ...ids }))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  prefixOf({ name }: Pick<NamedTables, "name">, table: string): string {
    return isSystemTable(table) ? `${table}/` : this.layout.tablePrefix(name, table);
  }
}
