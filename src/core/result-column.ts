/** A column of the result of a query, with its type as far as it has a counterpart among the types of columns. */
export interface ResultColumn {
  readonly name: string;
  readonly type: ResultType;
}

export type ResultType =
  | { readonly kind: "bool" | "text" | "binary" | "date" | "json" }
  | { readonly kind: "integer"; readonly bits: 8 | 16 | 32 | 64 | 128; readonly isSigned: boolean }
  | { readonly kind: "float"; readonly bits: 32 | 64 }
  /** Undefined: each value has its own. */
  | { readonly kind: "decimal"; readonly precision: number | undefined; readonly scale: number | undefined }
  /** `digits` of a second: 0 to 9. */
  | { readonly kind: "time"; readonly digits: number }
  | { readonly kind: "timestamp"; readonly digits: number; readonly hasZone: boolean }
  /** Lists, intervals and the like; `name` as the database says it. */
  | { readonly kind: "other"; readonly name: string };
