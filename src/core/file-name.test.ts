import { describe, expect, test } from "vitest";
import { fileNameProblem } from "./file-name.ts";

describe("fileNameProblem", () => {
  test.each(["orders", "order_items__lines", "Ünïcode", "a.b", "console", "com10", "auxiliary", "nul_values", "-v_x-", ".hidden"])(
    "takes %s everywhere",
    (name) => {
      expect([fileNameProblem(name, "linux"), fileNameProblem(name, "darwin"), fileNameProblem(name, "win32")]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
    },
  );

  test.each(["a/b", "a\0b"])("takes %j nowhere", (name) => {
    expect([fileNameProblem(name, "linux"), fileNameProblem(name, "win32")]).toEqual(["has a `/` or a NUL", "has a `/` or a NUL"]);
  });

  test.each(["a:b", "a*", "what?", 'say "x"', "a<b", "a>b", "a|b", "a\\b", "a\tb"])("refuses %j on Windows alone", (name) => {
    expect(fileNameProblem(name, "linux")).toBeUndefined();
    expect(fileNameProblem(name, "win32")).toMatch(/^has .+, which Windows allows in no file name$/);
  });

  test.each(["CON", "con", "nul", "Aux.0000abcdef.0.parquet", "COM1", "lpt9.txt", "COM²", "prn .x"])("knows the device %s", (name) => {
    expect(fileNameProblem(name, "linux")).toBeUndefined();
    expect(fileNameProblem(name, "win32")).toBe("is that of a device on Windows, also with an ending");
  });

  test.each(["orders.", "orders "])("refuses %j, whose end Windows drops", (name) => {
    expect(fileNameProblem(name, "linux")).toBeUndefined();
    expect(fileNameProblem(name, "win32")).toBe("ends with a dot or a space, which Windows drops");
  });
});
