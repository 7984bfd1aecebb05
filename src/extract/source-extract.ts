import { ConfigError } from "../core/errors.ts";
import { guardDisk } from "../load-package/errors.ts";
import { numberedFileId } from "../load-package/job-file.ts";
import type { PackageFolder } from "../load-package/package-folder.ts";
import type { SchemaDocument, TableSchema } from "../schema/document.ts";
import type { MergeStrategy, ResourceHints, TableHints } from "../schema/hint-options.ts";
import { tableHints } from "../schema/hints.ts";
import type { NamingConvention } from "../schema/naming/naming-convention.ts";
import { nestedTableHints } from "../schema/nested-hints.ts";
import { type RootKeySettings, withRootKey } from "../schema/root-key.ts";
import { isSystemTable } from "../schema/system-tables.ts";
import { hasSeenData } from "../schema/table.ts";
import { addSystemTable, mergeTable } from "../schema/update.ts";
import type { ResourceDefinition } from "./definition.ts";
import { encodeRow, UnencodableError } from "./encode-row.ts";
import { ResourceFailedError, RowInvalidError } from "./errors.ts";
import type { Mark } from "./marked.ts";
import { RawFile } from "./raw-file.ts";
import { mergeHints } from "./resource-hints.ts";

export interface Metrics {
  readonly items: number;
  readonly bytes: number;
  readonly files: number;
}

interface ResourceCount {
  rows: number;
  characters: number;
  readonly tables: Set<RawFile>;
}

/** So many tables keep a file and a line in memory; a function that names tables may give thousands. */
const maxOpenTables = 256;

export interface SourceExtractOptions {
  readonly folder: PackageFolder;
  readonly schema: SchemaDocument;
  readonly naming: NamingConvention;
  /** Of the destination. */
  readonly mergeStrategies: readonly MergeStrategy[];
  readonly checkHints: (resource: string, hints: ResourceHints, schema: SchemaDocument) => void;
}

/** What one source writes during an extract: raw files in a private package, and the hints of its tables in a schema. */
export class SourceExtract {
  readonly folder: PackageFolder;
  readonly #naming: NamingConvention;
  readonly #rootKeys: RootKeySettings;
  readonly #checkHints: SourceExtractOptions["checkHints"];
  readonly #tables = new Map<string, RawFile>();
  /** Those that hold something open, the one used last at the end. */
  readonly #openTables = new Set<RawFile>();
  #lastUsed: RawFile | undefined;
  /** Tables whose hints are in the schema already, by resource and table. */
  readonly #declared = new Set<string>();
  /** The hints that marks have changed, by resource and table. */
  readonly #marked = new Map<string, ResourceHints>();
  readonly #resources = new Map<string, ResourceCount>();
  readonly #tableNames = new Map<string, string>();
  #schema: SchemaDocument;

  constructor(options: SourceExtractOptions) {
    this.folder = options.folder;
    this.#schema = options.schema;
    this.#naming = options.naming;
    this.#rootKeys = options;
    this.#checkHints = options.checkHints;
  }

  get schema(): SchemaDocument {
    return this.#schema;
  }

  /** True when there is a raw file. */
  get hasData(): boolean {
    return this.#tables.size > 0;
  }

  /** Rows so far of a resource. */
  rowsOf(resource: string): number {
    return this.#resources.get(resource)?.rows ?? 0;
  }

  resourceMetrics(resource: string): Metrics {
    const count = this.#resources.get(resource);
    if (count === undefined) return { items: 0, bytes: 0, files: 0 };
    return { items: count.rows, bytes: count.characters, files: [...count.tables].reduce((sum, table) => sum + table.files, 0) };
  }

  /** Throws RowInvalidError, WorkingDirError when the disk refuses. */
  write(definition: ResourceDefinition, rows: readonly unknown[], mark: Mark | undefined): void {
    guardDisk(this.folder.workingDir, () => this.#write(definition, rows, mark));
  }

  #write(definition: ResourceDefinition, rows: readonly unknown[], mark: Mark | undefined): void {
    const { hints, name } = definition;
    const tableOf = mark?.tableName ?? hints.tableName ?? name;
    if (rows.length === 0) {
      if (mark?.hints !== undefined) this.#declare(definition, typeof tableOf === "string" ? tableOf : name, mark.hints);
      return;
    }
    const count = this.#count(name);
    let table = typeof tableOf === "string" ? this.#table(definition, tableOf, mark?.hints, count) : undefined;
    for (const row of rows) {
      if (typeof tableOf === "function") {
        const tableName = this.#asUser(definition, () => tableOf(row as never));
        table = this.#table(definition, tableName, mark?.hints, count);
      }
      const text = encode(row, definition, count.rows, this.#schema.name);
      table!.append(text);
      count.rows += 1;
      count.characters += text.length;
    }
  }

  #count(resource: string): ResourceCount {
    const known = this.#resources.get(resource);
    if (known !== undefined) return known;
    const count: ResourceCount = { rows: 0, characters: 0, tables: new Set() };
    this.#resources.set(resource, count);
    return count;
  }

  /** A replaced table that got no rows is emptied: an empty raw file says so. A table that never had rows needs none. */
  writeEmpty(definition: ResourceDefinition): void {
    for (const table of Object.values(this.#schema.tables)) {
      if (table.parent !== undefined || table.resource !== definition.name || !hasSeenData(table)) continue;
      if (!this.#tables.has(table.name)) this.#table(definition, table.name, undefined, this.#count(definition.name)).ensureFile();
    }
  }

  /** Adds a row that leat itself makes, with the definition of its table. */
  writeSystemRow(table: TableSchema, row: object): void {
    this.#schema = addSystemTable(this.#schema, table);
    this.#rawFile(table.name).append(encodeRow(row));
  }

  finish(): void {
    guardDisk(this.folder.workingDir, () => {
      for (const file of this.#tables.values()) file.finish();
    });
  }

  abandon(): void {
    for (const file of this.#tables.values()) file.abandon();
  }

  tableMetrics(): Record<string, Metrics> {
    return Object.fromEntries([...this.#tables].map(([name, file]) => [name, { items: file.rows, bytes: file.bytes, files: file.files }]));
  }

  #table(definition: ResourceDefinition, rawName: string, changed: TableHints | undefined, count: ResourceCount): RawFile {
    const file = this.#rawFile(this.#declare(definition, rawName, changed));
    count.tables.add(file);
    return file;
  }

  /** Puts what the resource declares about a table into the schema, once, and again when a mark changes it. */
  #declare(definition: ResourceDefinition, rawName: string, changed: TableHints | undefined): string {
    const name = this.#tableName(definition, rawName);
    const key = `${definition.name}\n${name}`;
    if (this.#declared.has(key) && changed === undefined) return name;
    const before = this.#marked.get(key) ?? definition.hints;
    const hints = changed === undefined ? before : mergeHints(before, changed as ResourceHints);
    if (changed !== undefined) this.#checkHints(definition.name, hints, this.#schema);
    this.#marked.set(key, hints);
    this.#declared.add(key);
    const stored = tableHints(hints, this.#naming);
    const isNested = this.#schema.tables[name]?.parent !== undefined;
    const declared = isNested ? stored : { write_disposition: "append", ...stored, resource: definition.name };
    const nestedHints = nestedTableHints(hints.nestedHints, { table: name, resource: definition.name }, this.#naming);
    for (const table of [{ ...declared, name }, ...nestedHints]) this.#schema = mergeTable(this.#schema, table);
    for (const table of [name, ...nestedHints.map((nested) => nested.name)]) this.#propagateRootKey(table);
    return name;
  }

  #propagateRootKey(table: string): void {
    if (this.#schema.tables[table]?.parent === undefined) this.#schema = withRootKey(this.#schema, table, this.#rootKeys);
  }

  #tableName(definition: ResourceDefinition, rawName: string): string {
    const known = this.#tableNames.get(rawName);
    if (known !== undefined) return known;
    const name = this.#asUser(definition, () => {
      if (typeof rawName !== "string") throw new TypeError(`the name of a table has to be a text, and was ${String(rawName)}`);
      if (rawName.trim() === "") throw new TypeError("the name of a table must not be blank");
      return this.#normalizedTableName(rawName);
    });
    if (isSystemTable(name))
      throw new ConfigError(`Table \`${rawName}\` cannot be loaded into: names that begin with \`_dlt\` are those of leat's own tables.`);
    this.#tableNames.set(rawName, name);
    return name;
  }

  /** `orders__lines` keeps its separator, so that a resource can load a table that looks nested. */
  #normalizedTableName(rawName: string): string {
    const breaksPath = this.#schema.normalizers.use_break_path_on_normalize !== false;
    const name = breaksPath ? this.#naming.normalizeTablesPath(rawName) : this.#naming.normalizeTableIdentifier(rawName);
    if (name === "") throw new TypeError(`the name of a table must not be made of separators only, as \`${rawName}\` is`);
    return name;
  }

  /** What goes wrong in `work` is the resource's doing. */
  #asUser<T>(definition: ResourceDefinition, work: () => T): T {
    try {
      return work();
    } catch (cause) {
      throw new ResourceFailedError({ resource: definition.name, sourceName: this.#schema.name, cause });
    }
  }

  #rawFile(table: string): RawFile {
    const file = this.#tables.get(table) ?? this.#newRawFile(table);
    if (file !== this.#lastUsed) this.#use(file);
    return file;
  }

  #use(file: RawFile): void {
    this.#lastUsed = file;
    this.#openTables.delete(file);
    this.#openTables.add(file);
    if (this.#openTables.size <= maxOpenTables) return;
    const [oldest] = this.#openTables;
    oldest!.suspend();
    this.#openTables.delete(oldest!);
  }

  #newRawFile(table: string): RawFile {
    const { folder } = this;
    let ordinal = 0;
    const file = new RawFile(() => {
      const fileId = numberedFileId(ordinal++, `${folder.loadId}/${table}`);
      return folder.newJobPath({ table, fileId, retry: 0, format: "typed-jsonl", isCompressed: false });
    });
    this.#tables.set(table, file);
    return file;
  }
}

function encode(row: unknown, { name: resource }: ResourceDefinition, rowIndex: number, sourceName: string): string {
  try {
    return encodeRow(row);
  } catch (error) {
    if (error instanceof UnencodableError) throw new RowInvalidError({ resource, rowIndex, path: error.path, what: error.what });
    // A getter or a toJSON() of the row.
    throw new ResourceFailedError({ resource, sourceName, cause: error });
  }
}
