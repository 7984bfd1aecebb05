import type { JobFormat } from "../../formats/job-format.ts";
import { isCompressed } from "../../formats/typed-jsonl.ts";
import type { PackageJob } from "../../load-package/package-folder.ts";
import type { SchemaDocument } from "../../schema/document.ts";
import type { MergeStrategy } from "../../schema/hint-options.ts";
import { isSystemTable } from "../../schema/system-tables.ts";
import type { FlattenSettings } from "../flatten.ts";
import { hasRandomRowIds } from "../flatten-settings.ts";
import type { NameTree } from "../name-tree.ts";
import type { TableBuffer } from "../table-buffer.ts";
import type { Kernel } from "./kernel.ts";
import type { KernelRowIds } from "./kernel-row-ids.ts";
import { KernelTable } from "./kernel-table.ts";
import { KernelTables } from "./kernel-tables.ts";
import { Shapes } from "./shapes.ts";
import { type ShredOptions, shredUnit } from "./shred-unit.ts";

/** Sizes that tests make small. */
export interface KernelLimits {
  /** Of units that the kernel is used for. Default 0. */
  readonly minUnitBytes?: number | undefined;
  /** So much of a file is in memory at once. Default 1 MB. */
  readonly chunkBytes?: number | undefined;
}

interface UnitKernelOptions extends KernelLimits {
  readonly kernel: Kernel;
  readonly rowIds: KernelRowIds;
  readonly schema: SchemaDocument;
  /** Of the destination. */
  readonly mergeStrategies: readonly MergeStrategy[];
  readonly loadId: string;
  readonly settings: FlattenSettings;
  readonly names: NameTree;
  readonly bufferOf: (name: string) => TableBuffer | undefined;
}

const chunkBytes = 1024 * 1024;

/** The kernel at work for one package. */
export class UnitKernel {
  readonly #options: UnitKernelOptions;
  readonly #tables: KernelTables;
  readonly #shapes: Shapes;

  constructor(options: UnitKernelOptions) {
    this.#options = options;
    options.kernel.forget();
    this.#tables = new KernelTables({ ...options, hasRandomIds: (name) => hasRandomRowIds(options, name) });
    this.#shapes = new Shapes({ ...options, tables: this.#tables });
  }

  /** Where rows of a table wait that the kernel may append to; undefined where only the reference does. */
  memoryFor(name: string, format: JobFormat): KernelTable | undefined {
    const isSuited = format.usesMemory === true && format.maxFlushRows === undefined && !isSystemTable(name);
    return isSuited ? new KernelTable(this.#options.kernel) : undefined;
  }

  /** Small files, and those of other writers that are compressed, are for the reference. */
  takes(unit: PackageJob): boolean {
    const { minUnitBytes = 0 } = this.#options;
    return unit.bytes >= minUnitBytes && !isSystemTable(unit.table) && !isCompressed(unit.path);
  }

  async shred({ path, table }: PackageJob, work: Pick<ShredOptions, "flattenRow" | "openTable" | "onRows">): Promise<void> {
    const { kernel, rowIds, chunkBytes: bytes = chunkBytes } = this.#options;
    await shredUnit({ ...work, kernel, rowIds, tables: this.#tables, shapes: this.#shapes, path, table, chunkBytes: bytes });
  }
}
