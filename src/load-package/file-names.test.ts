import { describe, expect, test } from "vitest";
import { jobFileName, jobId, parseJobFileName, parseJobId } from "./job-file.ts";
import { schemaFileName } from "./schema-file-name.ts";

const job = (table: string) => ({ table, fileId: "0000abcdef", retry: 0, format: "parquet", isCompressed: false });

describe("the name of a job file", () => {
  test.each(["orders", "orders__lines", "Wörter", "a.b", "ends with a dot.", "ends with a space "])(
    "is that of dlt for table %s",
    (table) => {
      for (const platform of ["linux", "win32"] as const) {
        const name = jobFileName(job(table), platform);
        expect(name).toBe(`${table}.0000abcdef.0.parquet`);
        expect(parseJobFileName(name)).toEqual(job(table));
      }
    },
  );

  test.each(["a:b", "*", "what?", '"', "<", ">", "|", "\\", "CON", "nul", "aux", "COM1", "con.fig"])(
    "is refused for table %s on Windows, with table and rule, and as it is elsewhere",
    (table) => {
      expect(jobFileName(job(table), "linux")).toBe(`${table}.0000abcdef.0.parquet`);
      expect(() => jobFileName(job(table), "win32")).toThrow(
        expect.objectContaining({
          code: "identifier",
          identifier: table,
          message: expect.stringMatching(/cannot be that of a table: .* Windows/),
        }),
      );
    },
  );

  test.each(["two\nlines", "a\rb", "a\u2028b", "a\u2029b"])("is found again for table %j", (table) => {
    expect(parseJobFileName(jobFileName(job(table)))).toEqual(job(table));
    expect(parseJobId(jobId(job(table)))).toMatchObject({ table });
  });

  test("is refused everywhere for a table with a slash", () => {
    expect(() => jobFileName(job("a/b"))).toThrow(
      'The name "a/b" cannot be that of a table: job files are named after their table, and this name has a `/` or a NUL. Give the table another name with `tableName`',
    );
  });
});

describe("the name of a schema file", () => {
  test("is that of dlt", () => {
    expect(schemaFileName("shop", "win32")).toBe("shop.schema.json");
  });

  test("cannot be that of a device on Windows", () => {
    expect(schemaFileName("con", "linux")).toBe("con.schema.json");
    expect(() => schemaFileName("con", "win32")).toThrow(expect.objectContaining({ code: "identifier", schemaName: "con" }));
  });
});
