import type { ColumnarFiles } from "./columnar-files.ts";
import type { Metrics } from "./metrics.ts";
import type { RawFile } from "./raw-file.ts";

/** What a resource has written so far. */
export interface ResourceCount {
  rows: number;
  characters: number;
  /** Of all packages. */
  readonly tables: Set<RawFile>;
  readonly columnar: Set<ColumnarFiles>;
}

/** What each resource of a source has written: in the whole extract, and into the package that is written now. */
export class ResourceCounts {
  readonly #counts = new Map<string, ResourceCount>();
  /** What resources had when the package began. */
  readonly #before = new Map<string, Metrics>();

  /** To be counted on; made on first use. */
  of(resource: string): ResourceCount {
    const known = this.#counts.get(resource);
    if (known !== undefined) return known;
    const count: ResourceCount = { rows: 0, characters: 0, tables: new Set(), columnar: new Set() };
    this.#counts.set(resource, count);
    return count;
  }

  rowsOf(resource: string): number {
    return this.#counts.get(resource)?.rows ?? 0;
  }

  /** Of all packages. */
  metrics(resource: string): Metrics {
    const count = this.#counts.get(resource);
    if (count === undefined) return { items: 0, bytes: 0, files: 0 };
    const files = [...count.tables, ...count.columnar].reduce((sum, table) => sum + table.files, 0);
    return { items: count.rows, bytes: [...count.columnar].reduce((sum, { bytes }) => sum + bytes, count.characters), files };
  }

  /** Of the package that is written now. */
  packageMetrics(resource: string): Metrics {
    const [all, before] = [this.metrics(resource), this.#before.get(resource)];
    if (before === undefined) return all;
    return { items: all.items - before.items, bytes: all.bytes - before.bytes, files: all.files - before.files };
  }

  /** Another package begins. All rows of resources that are `whole` belong to the last one. */
  beginNext(whole: ReadonlySet<string>): void {
    for (const resource of this.#counts.keys()) if (!whole.has(resource)) this.#before.set(resource, this.metrics(resource));
  }
}
