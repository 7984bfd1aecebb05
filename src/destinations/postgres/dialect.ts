import { createHash } from "node:crypto";
import { formatMicros } from "../../core/iso.ts";
import type { JobStatement, LoadJob, SqlDialect } from "../../destination-kit/index.ts";
import { insertValuesStatement, UnsupportedError } from "../../destination-kit/index.ts";
import { readCsvHeader } from "../../formats/csv/read-header.ts";
import type { ColumnSchema, TableSchema } from "../../schema/document.ts";
import { capabilities } from "./capabilities.ts";

export const postgresDialect: SqlDialect = {
  quoteIdentifier: quote,
  columnType,
  columnConstraint: () => "",
  // Not TRUNCATE: readers whose transaction began before would see the table empty, and would be waited for.
  emptyTable: (table) => `DELETE FROM ${table}`,
  temporaryTable: (name) => `pg_temp.${quote(temporaryName(name))}`,
  // Grows in a table that one transaction creates and fills with COPY: free space of earlier pages is not looked for then.
  rowPosition: "ctid",
  comparesFast: ({ data_type: type }) => type === "bigint" || type === "date" || type === "timestamp",
  // Of a staging table there are no statistics: for EXISTS its keys would be made distinct first.
  deletesByJoin: true,
  timestampLiteral: (column, { micros }) => `CAST('${formatMicros(micros, { offset: true })}' AS ${columnType(column)})`,
  parameter: (number) => `$${number}`,
  lockDataset: (dataset) => `SELECT pg_advisory_xact_lock('${lockKey(dataset)}'::bigint)`,
  loadJobs,
};

/** With `createIndexes`: columns with the hint `unique` get the constraint, and with it an index. */
export const uniquePostgresDialect: SqlDialect = {
  ...postgresDialect,
  columnConstraint: (column) => (column["unique"] === true ? "UNIQUE" : ""),
};

/** As above, for versions before 15. */
export function withoutMerge(dialect: SqlDialect): SqlDialect {
  // The message is all that says why the number cannot be read.
  return { ...dialect, hasMerge: false, raise: (message) => `CAST(${message} AS integer)` };
}

/** Postgres cuts longer names off without a word, and two of them may become one. */
function quote(name: string): string {
  if (Buffer.byteLength(name) > maxNameBytes) {
    throw new UnsupportedError(
      `Postgres cannot have the name \`${name}\`: it is longer than ${maxNameBytes} bytes. ` +
        "Take the naming convention snake_case, which shortens names of other scripts too, or give the table or column a shorter name.",
      { destination: "postgres" },
    );
  }
  return `"${name.replaceAll('"', '""')}"`;
}

const maxNameBytes = 63;

/** A name that is made of that of a table, which may have all the bytes there are. */
function temporaryName(name: string): string {
  if (Buffer.byteLength(name) <= maxNameBytes) return name;
  const start = Buffer.from(name)
    .subarray(0, 40)
    .toString("utf8")
    .replace(/\uFFFD$/, "");
  return `${start}_${createHash("sha256").update(name).digest("hex").slice(0, 20)}`;
}

/** The number of the lock of a dataset. All versions of leat have to agree on it. */
function lockKey(dataset: string): bigint {
  return createHash("sha256").update(`leat dataset ${dataset}`).digest().readBigInt64BE();
}

export function columnType(column: ColumnSchema): string {
  const { precision } = column;
  switch (column.data_type) {
    case "text":
      return precision === undefined ? "varchar" : `varchar(${precision})`;
    case "double":
      return "double precision";
    case "bool":
      return "boolean";
    case "bigint":
      return integerType(precision);
    case "timestamp":
      return `timestamp${digitsOfSecond(precision)} ${column["timezone"] === false ? "without" : "with"} time zone`;
    case "date":
      return "date";
    case "time":
      return `time${digitsOfSecond(precision)} without time zone`;
    case "decimal":
      return numericType(column, capabilities.decimalPrecision);
    case "wei":
      return numericType(column, capabilities.weiPrecision);
    case "binary":
      return "bytea";
    case "json":
      return "jsonb";
    default:
      throw new UnsupportedError(`Postgres has no type for column \`${column.name}\` of type \`${column.data_type}\`.`, {
        destination: "postgres",
      });
  }
}

/** `precision` counts bits. */
function integerType(precision: number | undefined): string {
  if (precision === undefined) return "bigint";
  if (precision <= 16) return "smallint";
  if (precision <= 32) return "integer";
  return precision <= 64 ? "bigint" : `numeric(${Math.ceil(precision * Math.log10(2))},0)`;
}

/** Microseconds are the most that there is. */
function digitsOfSecond(precision: number | undefined): string {
  return precision === undefined || precision > 6 ? "" : ` (${precision})`;
}

function numericType(column: ColumnSchema, [precision, scale]: readonly [number, number]): string {
  return `numeric(${column.precision ?? precision},${column.scale ?? scale})`;
}

async function loadJobs(table: string, _schema: TableSchema, jobs: readonly LoadJob[]): Promise<readonly JobStatement[]> {
  return Promise.all(jobs.map((job) => (job.format === "csv" ? copyCsv(table, job) : insertValuesStatement(table, job.path))));
}

/** Columns that the file does not have stay empty. */
function copyCsv(table: string, { path, csv = {} }: LoadJob): JobStatement {
  const columns = readCsvHeader(path, csv);
  if (columns === undefined)
    throw new UnsupportedError(`\`${path}\` has no header: it breaks off in its first line.`, { destination: "postgres" });
  const names = columns.map(quote).join(", ");
  const options = [
    "FORMAT csv",
    ...(csv.columns === undefined ? ["HEADER"] : []),
    ...(csv.delimiter === undefined ? [] : [`DELIMITER '${csv.delimiter.replace("'", "''")}'`]),
    "NULL ''",
    `ENCODING '${csv.encoding === "latin-1" ? "LATIN1" : "UTF8"}'`,
  ];
  return { copy: `COPY ${table} (${names}) FROM STDIN WITH (${options.join(", ")})`, path };
}
