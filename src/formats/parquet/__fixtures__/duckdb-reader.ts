import {
  DuckDBBlobValue,
  type DuckDBConnection,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBInstance,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  type DuckDBValue,
} from "@duckdb/node-api";

/** A value as DuckDB read it: days, microseconds and scaled decimals as bigint, bytes as a plain array. */
export type ReadValue = null | boolean | number | bigint | string | readonly number[];

/** An in-memory DuckDB for tests that read files back. */
export class DuckDbReader {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance;
    this.#connection = connection;
  }

  static async open(): Promise<DuckDbReader> {
    const instance = await DuckDBInstance.create(":memory:");
    return new DuckDbReader(instance, await instance.connect());
  }

  async run(sql: string): Promise<void> {
    await this.#connection.run(sql);
  }

  async rows(sql: string): Promise<ReadValue[][]> {
    const result = await this.#connection.runAndReadAll(sql);
    return result.getRows().map((row) => row.map(plain));
  }

  close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }
}

function plain(value: DuckDBValue): ReadValue {
  if (value instanceof DuckDBTimestampTZValue || value instanceof DuckDBTimestampValue || value instanceof DuckDBTimeValue)
    return value.micros;
  if (value instanceof DuckDBDateValue) return BigInt(value.days);
  if (value instanceof DuckDBDecimalValue) return value.value;
  if (value instanceof DuckDBBlobValue) return [...value.bytes];
  if (value === null || typeof value !== "object") return value;
  throw new TypeError(`No plain form of ${value.constructor.name}.`);
}
