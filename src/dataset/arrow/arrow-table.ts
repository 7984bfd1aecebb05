import type { Data, Field, Table } from "apache-arrow";
import type { ResultColumn } from "../../core/result-column.ts";
import type { ArrowData } from "../../formats/arrow/arrow-data.ts";
import type { Query } from "../query.ts";
import type { Reader } from "../reader.ts";
import { type ArrowApi, loadArrow } from "./arrow-api.ts";
import { ArrowColumn } from "./arrow-column.ts";

/** Each batch of rows is a record batch. */
const rowsAtOnce = 20_000;

/** All rows of a query as a table of apache-arrow. Throws MissingDriverError. */
export async function arrowTable(reader: Reader, query: Query): Promise<ArrowData> {
  const destination = await reader.destinationName();
  const api = await loadArrow(destination);
  let columns: readonly ArrowColumn[] = [];
  const onColumns = (found: readonly ResultColumn[]): void => {
    columns = found.map((column) => new ArrowColumn(column, { api, destination }));
  };
  const lengths: number[] = [];
  for await (const rows of reader.batches(query, rowsAtOnce, { integers: "bigint", onColumns })) {
    for (const column of columns) column.add(rows.map((row) => row[column.name]));
    lengths.push(rows.length);
  }
  return tableOf(api, columns, lengths);
}

function tableOf(api: ArrowApi, columns: readonly ArrowColumn[], lengths: readonly number[]): Table {
  const { Field, RecordBatch, Schema, Struct, Table, makeData } = api;
  const filled = columns.map((column) => column.finish());
  const fields: Field[] = filled.map(({ name, type }) => new Field(name, type, true));
  const schema = new Schema(fields);
  const batches = lengths.map((length, index) => {
    const children: Data[] = filled.map(({ parts }) => parts[index]!);
    return new RecordBatch(schema, makeData({ type: new Struct(fields), length, nullCount: 0, children }));
  });
  return new Table(schema, batches);
}
