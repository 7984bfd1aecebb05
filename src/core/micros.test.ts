import fc from "fast-check";
import { expect, test } from "vitest";
import { compareMicros, joinMicros, microsPerDay, splitMicros } from "./micros.ts";

test("joining days and the time of day, then splitting, gives them back", () => {
  fc.assert(
    fc.property(fc.integer({ min: -719162, max: 2932896 }), fc.integer({ min: 0, max: microsPerDay - 1 }), (days, micros) => {
      const joined = joinMicros(days, micros);
      expect(BigInt(joined)).toBe(BigInt(days) * BigInt(microsPerDay) + BigInt(micros));
      expect(typeof joined === "number").toBe(Number.isSafeInteger(Number(joined)));
      expect(splitMicros(joined)).toEqual({ days, micros });
    }),
  );
});

test("orders numbers and bigints by their value", () => {
  expect([compareMicros(1, 2n), compareMicros(2n, 1), compareMicros(2, 2n)]).toEqual([-1, 1, 0]);
});
