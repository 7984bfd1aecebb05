import { writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { tempDir } from "../../../test/temp-dir.ts";
import type { ColumnSchema, SchemaDocument, TableSchema } from "../document.ts";
import { newSchema } from "../new-schema.ts";
import { formatSchema } from "./format-schema.ts";

const columns = (...all: readonly ColumnSchema[]): TableSchema["columns"] => Object.fromEntries(all.map((column) => [column.name, column]));
const rowId: ColumnSchema = { name: "_dlt_id", data_type: "text", nullable: false, unique: true, row_key: true };

const shop: SchemaDocument = {
  ...newSchema("shop"),
  version_hash: "hash",
  imported_version_hash: "before",
  tables: {
    ...newSchema("shop").tables,
    orders: {
      name: "orders",
      columns: columns(
        { name: "id", data_type: "bigint", nullable: false, primary_key: true, description: 'The "number"\nof the order\'s' },
        { name: "total", data_type: "decimal", precision: 10, scale: 2, nullable: true },
        { name: "made_at", data_type: "timestamp", nullable: true },
        { name: "local_at", data_type: "timestamp", nullable: true, timezone: false },
        { name: "day", data_type: "date" },
        { name: "raw", data_type: "json", nullable: true },
        { name: "customer", data_type: "bigint", nullable: true },
        { name: "not yet", nullable: true },
        { name: "with space", data_type: "text", nullable: true },
        { name: "_dlt_load_id", data_type: "text", nullable: false },
        rowId,
      ),
      write_disposition: "merge",
      resource: "orders",
      description: "What was <bought> */",
      references: [{ columns: ["customer"], referenced_table: "customers", referenced_columns: ["id"] }],
    },
    orders__lines: {
      name: "orders__lines",
      parent: "orders",
      columns: columns(
        { name: "price", data_type: "double", nullable: true },
        { name: "_dlt_parent_id", data_type: "text", nullable: false, parent_key: true },
        { name: "_dlt_root_id", data_type: "text", nullable: false, root_key: true },
        rowId,
      ),
    },
    customers: {
      name: "customers",
      columns: columns({ name: "id", data_type: "bigint", nullable: false }),
      write_disposition: "append",
      resource: "people",
    },
    empty: { name: "empty", columns: {}, write_disposition: "append", resource: "empty" },
  },
};

test.each(["dbml", "dot", "mermaid", "typescript"] as const)("%s shows tables, columns and links", (format) => {
  expect(formatSchema(shop, format)).toMatchSnapshot();
});

describe("json and yaml are the document", () => {
  test("whole, as it is stored", () => {
    expect(JSON.parse(formatSchema(shop, "json"))).toEqual(shop);
    expect(formatSchema(shop, "yaml")).toContain("imported_version_hash: before");
  });

  test("without what a reader fills in", () => {
    const document = JSON.parse(formatSchema(shop, "json", { removeDefaults: true })) as SchemaDocument;
    expect(document.tables["customers"]).toEqual({
      columns: { id: { data_type: "bigint", nullable: false } },
      write_disposition: "append",
      resource: "people",
    });
    expect(document).not.toHaveProperty("imported_version_hash");
    expect(formatSchema(shop, "yaml", { removeDefaults: true })).not.toContain("imported_version_hash");
  });
});

test("another format is refused", () => {
  expect(() => formatSchema(shop, "xml" as never)).toThrow('`format` is "xml"');
});

test("the typescript form compiles, and its columns are what they say", () => {
  const awkward: SchemaDocument = {
    ...shop,
    tables: {
      ...shop.tables,
      orders_lines: { ...shop.tables["customers"]!, name: "orders_lines" },
      timestamp: { ...shop.tables["customers"]!, name: "timestamp" },
      "2024": { ...shop.tables["customers"]!, name: "2024" },
      ünï: { ...shop.tables["customers"]!, name: "ünï" },
    },
  };
  const use = `
    import type { Timestamp, Decimal, PlainDate, PlainDateTime } from "leat";
    const order = {} as Orders;
    const id: number = order.id;
    const total: Decimal | null = order.total;
    const made: Timestamp | null = order.made_at;
    const local: PlainDateTime | null = order.local_at;
    const day: PlainDate | null = order.day;
    const spaced: string | null = order["with space"];
    // @ts-expect-error a column that may be null
    const never: Decimal = order.total;
    // @ts-expect-error a column without a type is not there
    order["not yet"];
    const nested: OrdersLines = {} as OrdersLines;
    const other: OrdersLines2 = { id: 1 };
    const reserved: Timestamp2 = { id: 1 };
    const digits: Table2024 = { id: 1 };
    const letters: Ünï = { id: 1 };
    export { id, total, made, local, day, spaced, never, nested, other, reserved, digits, letters };`;
  expect(problems(formatSchema(awkward, "typescript").replace(/^import.*\n/, "") + use)).toEqual([]);
  expect(formatSchema(awkward, "typescript")).toMatch(/^import type \{ Decimal, PlainDate, PlainDateTime, Timestamp \} from "leat";\n/);
});

test("a schema without rows compiles, too", () => {
  expect(problems(formatSchema(newSchema("nothing"), "typescript"))).toEqual([]);
});

/** What the compiler says about a module that imports from leat. */
function problems(text: string): string[] {
  const root = new URL("../../../", import.meta.url).pathname;
  const path = join(tempDir(), "types.ts");
  writeFileSync(path, text);
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
    lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
    paths: { leat: [join(root, "src/index.ts")] },
  };
  const program = ts.createProgram([path], options);
  const source = program.getSourceFile(path)!;
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(({ messageText }) =>
    ts.flattenDiagnosticMessageText(messageText, "\n"),
  );
}
