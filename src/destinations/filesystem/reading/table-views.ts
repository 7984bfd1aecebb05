import type { FileCache } from "../../../drivers/files/file-cache.ts";
import type { SchemaDocument, TableSchema } from "../../../schema/document.ts";
import { isSystemTable } from "../../../schema/system-tables.ts";
import type { DatasetFiles, TableFile } from "../dataset-files.ts";
import { storedVersion } from "../storage-version.ts";
import { loadedIds, type StoredRecords } from "../stored-records.ts";
import { selectFiles } from "./select-files.ts";

export interface TableViewsParts {
  /** Name of the destination, for errors. */
  readonly destination: string;
  readonly files: DatasetFiles;
  readonly records: StoredRecords;
  readonly cache: FileCache;
}

/** What the tables of a dataset are, as SELECTs over their files. Files of packages that do not count are left out, where their names say so. */
export class TableViews {
  readonly #parts: TableViewsParts;
  #known: Promise<Known> | undefined;

  constructor(parts: TableViewsParts) {
    this.#parts = parts;
  }

  /** Forgets what is in the dataset. */
  refresh(): void {
    this.#known = undefined;
  }

  /** Of all tables. */
  async names(): Promise<readonly string[]> {
    this.#known ??= this.#read();
    return [...(await this.#known).tables.keys()];
  }

  /** Undefined when the dataset has no such table. The case of its name does not count, as in DuckDB. */
  async select(name: string): Promise<string | undefined> {
    const { destination, files, cache } = this.#parts;
    this.#known ??= this.#read();
    const { tables, schemas, loaded, initialVersion } = await this.#known;
    const table = tables.get(name) ?? [...tables.values()].find((each) => each.name.toLowerCase() === name.toLowerCase());
    if (table === undefined) return undefined;
    const found = await filesOf(files, schemas, table);
    const counted = found.filter((file) => isCounted(file, loaded));
    const paths = await cache.paths(
      files.store,
      counted.map((file) => ({ ...file, key: files.at(file.key) })),
    );
    return selectFiles({ table, paths, destination, mayHideGzip: initialVersion === 1 });
  }

  async #read(): Promise<Known> {
    const { destination, files, records } = this.#parts;
    const [tables, schemas, loaded, version] = await Promise.all([
      records.tables(),
      records.schemas(),
      loadedIds(files),
      storedVersion(files, destination),
    ]);
    return { tables, schemas, loaded, initialVersion: version ?? 2 };
  }
}

interface Known {
  readonly tables: ReadonlyMap<string, TableSchema>;
  readonly schemas: readonly SchemaDocument[];
  readonly loaded: ReadonlySet<string>;
  readonly initialVersion: number;
}

/** A layout with nothing between two placeholders leaves open where a load id ends. */
function isCounted({ key, loadId }: TableFile, loaded: ReadonlySet<string>): boolean {
  return loadId === undefined || loaded.has(loadId) || [...loaded].some((id) => key.includes(id));
}

/** Where schemas have folders of their own, a table may have files in several. */
async function filesOf(files: DatasetFiles, schemas: readonly SchemaDocument[], { name }: TableSchema): Promise<readonly TableFile[]> {
  if (isSystemTable(name)) return await files.ofTable({ name: "", tables: {} }, name, []);
  const found = new Map<string, TableFile>();
  for (const schema of schemas.filter((each) => Object.hasOwn(each.tables, name)))
    for (const file of await files.ofTable(schema, name, schemas)) found.set(file.key, file);
  return [...found.values()];
}
