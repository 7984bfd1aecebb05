import { Decimal } from "decimal.js";
import { describe, expect, test } from "vitest";
import { Float } from "../core/float.ts";
import { HexBytes } from "../core/hex-bytes.ts";
import { PlainDate } from "../core/plain-date.ts";
import { Timestamp } from "../core/timestamp.ts";
import { cloneState } from "./clone.ts";
import { encodeState } from "./encode.ts";
import { WorkingCopy } from "./working-copy.ts";

const typed = {
  at: Timestamp.from("2024-01-02T03:04:05.123456+02:00"),
  date: new Date(0),
  day: PlainDate.from("2024-01-02"),
  price: new Decimal("1.5"),
  bytes: new Uint8Array([1, 2]),
  hex: HexBytes.parse("0xff"),
  list: [1, { a: [2n ** 60n] }],
};

describe("a clone", () => {
  test("has the same typed values", () => {
    expect(encodeState(cloneState(typed))).toBe(encodeState(typed));
  });

  test("shares nothing that can be changed", () => {
    const copy = cloneState(typed);
    copy.at.setTime(0);
    copy.date.setTime(1);
    copy.bytes[0] = 9;
    copy.hex[0] = 9;
    copy.list.push(2);
    expect(encodeState(typed)).toContain('"\uf0272024-01-02T03:04:05.123456+02:00","date":"\uf0271970-01-01T00:00:00+00:00"');
    expect([...typed.bytes, ...typed.hex]).toEqual([1, 2, 255]);
    expect(typed.list).toHaveLength(2);
  });
});

describe("floats of dlt", () => {
  const base = { rate: new Float(1), list: [new Float(2), { x: new Float(3) }], zero: new Float(-0) };

  test("are numbers for users", () => {
    expect(new WorkingCopy(base).state).toEqual({ rate: 1, list: [2, { x: 3 }], zero: -0 });
  });

  test("stay floats where they did not change", () => {
    const working = new WorkingCopy(base);
    expect(encodeState(working.stored())).toBe(encodeState(base));
    working.state.list.push(working.state.list.shift() as never);
    (working.state as Record<string, unknown>)["rate"] = 5;
    expect(encodeState(working.stored())).toBe('{"rate":5,"list":[{"x":3},2],"zero":-0.0}');
    expect(working.state.zero).toBe(-0);
  });
});
