import { writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { zodSchemas } from "../../../test/generated-code.ts";
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

test.each(["dbml", "dot", "mermaid", "typescript", "zod", "json-schema"] as const)("%s shows tables, columns and links", (format) => {
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

/** Names that need care in code. */
const awkward: SchemaDocument = {
  ...shop,
  tables: {
    ...shop.tables,
    orders_lines: { ...shop.tables["customers"]!, name: "orders_lines" },
    timestamp: { ...shop.tables["customers"]!, name: "timestamp" },
    "2024": { ...shop.tables["customers"]!, name: "2024" },
    ünï: { ...shop.tables["customers"]!, name: "ünï" },
    // A digit that no name in code may have.
    "area in m²": { ...shop.tables["customers"]!, name: "area in m²" },
    "a/b~c %": { ...shop.tables["customers"]!, name: "a/b~c %" },
    class: { name: "class", columns: columns({ name: "__proto__", data_type: "double" }, { name: "it's", data_type: "bool" }) },
    others: {
      name: "others",
      columns: columns({ name: "b", data_type: "binary" }, { name: "t", data_type: "time" }, { name: "w", data_type: "wei" }),
    },
  },
};

test("the typescript form compiles, and its columns are what they say", () => {
  const use = `
    import type { Timestamp, Decimal, PlainDate, PlainDateTime, PlainTime } from "leat";
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
  expect(formatSchema(awkward, "typescript")).toMatch(
    /^import type \{ Decimal, PlainDate, PlainDateTime, PlainTime, Timestamp \} from "leat";\n/,
  );
});

test("the zod form compiles, and gives the same types", () => {
  const use = `
    import type { Orders, OrdersLines, Customers, Others } from "./rows.ts";
    import { Orders as CheckedOrders, type OrdersLines as CheckedLines, type Customers as CheckedCustomers, type Others as CheckedOthers } from "./checked.ts";
    type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;
    export const equal: [Equal<Orders, CheckedOrders>, Equal<OrdersLines, CheckedLines>, Equal<Others, CheckedOthers>] = [true, true, true];
    export const row: Orders = CheckedOrders.parse({});
    // @ts-expect-error not the same
    export const wrong: Equal<Orders, CheckedCustomers> = true;`;
  const files = { "rows.ts": formatSchema(awkward, "typescript"), "checked.ts": formatSchema(awkward, "zod") };
  expect(problems(use, files)).toEqual([]);
});

test("the zod form finds columns by any name", () => {
  const { Class } = zodSchemas(formatSchema(awkward, "zod"));
  const row = Object.fromEntries([
    ["__proto__", Number.NaN],
    ["it's", true],
  ]);
  expect(Class!.safeParse(row).success).toBe(true);
});

test("the JSON Schema finds tables by any name", () => {
  const { properties, $defs } = JSON.parse(formatSchema(awkward, "json-schema")) as {
    readonly properties: { readonly [table: string]: { readonly items: { readonly $ref: string } } };
    readonly $defs: object;
  };
  const referred = (reference: string): string =>
    decodeURIComponent(reference).replace("#/$defs/", "").replaceAll("~1", "/").replaceAll("~0", "~");
  expect(Object.values(properties).map(({ items }) => referred(items.$ref))).toEqual(Object.keys($defs));
  expect(Object.keys($defs)).toEqual(expect.arrayContaining(["a/b~c %", "ünï", "2024"]));
});

test.each(["typescript", "zod"] as const)("a schema without rows compiles, too: %s", (format) => {
  expect(problems(formatSchema(newSchema("nothing"), format))).toEqual([]);
});

/** What the compiler says about a module that imports from leat, and about files beside it. */
function problems(text: string, beside: { readonly [name: string]: string } = {}): string[] {
  const root = new URL("../../../", import.meta.url).pathname;
  const folder = tempDir();
  const paths = Object.entries({ ...beside, "types.ts": text }).map(([name, content]) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  });
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
    paths: { leat: [join(root, "src/index.ts")], zod: [join(root, "node_modules/zod")] },
  };
  const program = ts.createProgram(paths, options);
  const sources = paths.map((path) => program.getSourceFile(path)!);
  return sources
    .flatMap((source) => [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)])
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}
