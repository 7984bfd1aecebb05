import { expect, it } from "vitest";
import { maxWei } from "./decimal-number.ts";
import { namingConvention } from "./naming/naming-convention.ts";
import { variantKind, variantName } from "./variant.ts";

it("is named after its column and the type of the value, within the limit of names", () => {
  expect(variantName("amount", "text", namingConvention("snake_case"))).toBe("amount__v_text");
  expect(variantName("amount", "text", namingConvention("direct"))).toBe("amount▶v_text");
  expect(variantName("a_long_column_name", "timestamp", namingConvention("snake_case", { maxLength: 20 }))).toHaveLength(20);
});

it("is of kind str for an amount that wei cannot hold, in a wei column only", () => {
  expect(variantKind("wei", `\uf02c${maxWei + 1n}`)).toBe("str");
  expect(variantKind("bigint", `\uf02c${maxWei + 1n}`)).toBe("wei");
  expect(variantKind("wei", "abc")).toBe("text");
  expect(variantKind("bigint", 2n ** 63n)).toBe("wei");
});
