import type { DataType } from "./data-type.ts";
import { exceedsWei } from "./decimal-number.ts";
import { valueType } from "./infer.ts";
import type { PresentValue } from "./json-value.ts";
import type { Identifier } from "./naming/identifier.ts";
import type { NamingConvention } from "./naming/naming-convention.ts";
import { decodeTypedText } from "./typed-text.ts";

/** What a variant column is named after: the type of the value, or `str` for the text of an amount that wei cannot hold. */
export type VariantKind = DataType | "str";

/** The column beside `column` that takes values of another type: `amount__v_text`. */
export function variantName(column: string, kind: VariantKind, naming: NamingConvention): Identifier {
  return naming.shortenFragments(column, `v_${kind}`);
}

/** The kind of variant for a value that does not fit a column of type `to`. */
export function variantKind(to: DataType, value: PresentValue): VariantKind {
  return to === "wei" && isGreatWei(value) ? "str" : valueType(value);
}

function isGreatWei(value: PresentValue): boolean {
  const typed = typeof value === "string" ? decodeTypedText(value) : undefined;
  return typed?.type === "wei" && exceedsWei(typed.text);
}
