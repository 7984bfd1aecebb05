import type { Datasets } from "./datasets.ts";

/** A row of unknown shape. */
export type Loose = Record<string, unknown>;

type AnyTables = Datasets[keyof Datasets];
type KnownTables<D> = string extends D ? AnyTables : D extends keyof Datasets ? Datasets[D] : never;
type KeyOf<T> = T extends unknown ? keyof T & string : never;
type LookUp<Tables, T> = Tables extends unknown ? (T extends keyof Tables ? Tables[T] : never) : never;

/** Tables of a dataset: checked when its types were generated; any text when not, or when the dataset is not known at compile time. */
export type TableName<D extends string = string> = string extends D
  ? KeyOf<AnyTables> | (string & {})
  : D extends keyof Datasets
    ? KeyOf<Datasets[D]>
    : string;

/** A row of a loaded table. */
export type TableRow<D extends string, T extends string> = [LookUp<KnownTables<D>, T>] extends [never] ? Loose : LookUp<KnownTables<D>, T>;

/** A row as it is read: integers that may be bigint say so. */
export type ReadRow<Row, Int> = bigint extends Int ? { [C in keyof Row]: number extends Row[C] ? Row[C] | bigint : Row[C] } : Row;
