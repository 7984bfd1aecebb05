import { describe, expect, it } from "vitest";
import type { Cell } from "../../schema/cell.ts";
import { CellRangeError } from "../cell-range-error.ts";
import type { ParquetColumnType } from "./column-type.ts";
import { createColumnBuffer } from "./create-column-buffer.ts";

const refusals: readonly (readonly [ParquetColumnType, Cell, string])[] = [
  [{ kind: "text" }, 5, "the value is not a text"],
  [{ kind: "json" }, true, "the value is not a text"],
  [{ kind: "binary" }, "x", "the value is not binary"],
  [{ kind: "bigint" }, 2n ** 63n, "the integer needs more than 64 bits"],
  [{ kind: "bigint" }, -(2n ** 63n) - 1n, "the integer needs more than 64 bits"],
  [{ kind: "bigint" }, 1.5, "the value is not an exact integer"],
  [{ kind: "bigint" }, 2 ** 53, "the value is not an exact integer"],
  [{ kind: "bigint" }, "5", "the value is not an integer"],
  [{ kind: "timestamp", utc: true }, Number.NaN, "the value is not an exact integer"],
  [{ kind: "date" }, 2 ** 31, "the value is not an integer of 32 bits"],
  [{ kind: "date" }, 0.5, "the value is not an integer of 32 bits"],
  [{ kind: "double" }, 5n, "the value is not a number"],
  [{ kind: "bool" }, 1, "the value is not true or false"],
  [{ kind: "decimal", precision: 4, scale: 2 }, "100", "the number needs more digits than decimal(4, 2) has"],
  [{ kind: "decimal", precision: 4, scale: 2 }, "NaN", "the value is not a finite decimal number"],
  [{ kind: "decimal", precision: 4, scale: 2 }, 1, "the value is not a decimal text"],
];

describe("a column buffer", () => {
  it.each(refusals)("of %j refuses %s", (type, cell, reason) => {
    const column = createColumnBuffer("amount", type);
    const before = Buffer.concat(column.finish(3).data[0]!.pieces);

    expect(() => column.set(0, cell)).toThrow(new CellRangeError({ column: "amount", value: cell, reason }));
    expect(Buffer.concat(column.finish(3).data[0]!.pieces)).toEqual(before);
  });

  it("names the column in the message of a refusal, and keeps the value", () => {
    const column = createColumnBuffer("amount", { kind: "decimal", precision: 4, scale: 2 });
    let refusal: unknown;
    try {
      column.set(0, "1000");
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toMatchObject({
      name: "CellRangeError",
      message: "Column `amount`: the number needs more digits than decimal(4, 2) has.",
      column: "amount",
      value: "1000",
    });
  });

  it("goes on after a refusal as if nothing had happened", () => {
    const [refused, plain] = ["a", "a"].map((name) => createColumnBuffer(name, { kind: "bigint" }));
    refused?.set(0, 1);
    plain?.set(0, 1);
    expect(() => refused?.set(1, 0.5)).toThrow(CellRangeError);
    refused?.set(1, 2);
    plain?.set(1, 2);
    expect(refused?.finish(2)).toEqual(plain?.finish(2));
  });

  it("knows its size while it grows, and is empty after clear", () => {
    const column = createColumnBuffer("name", { kind: "text" });
    column.set(0, "abc");
    expect(column.byteSize).toBe(7);
    column.set(9, "é".repeat(1000));
    expect(column.byteSize).toBe(7 + 2004 + 2);
    column.clear();
    expect(column.byteSize).toBe(0);
    expect(column.finish(1).nullCount).toBe(1);
  });

  it("takes room for values that are false throughout", () => {
    const column = createColumnBuffer("isNew", { kind: "bool" });
    column.set(0, false);
    expect(column.byteSize).toBe(1);
  });
});
