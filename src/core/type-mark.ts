/** The first code unit of a string that stands for another type in typed JSON (dlt: PUA characters). They lie side by side, U+F026 to U+F02D. */
export const typeMark = {
  decimal: 0xf026,
  timestamp: 0xf027,
  date: 0xf028,
  uuid: 0xf029,
  hexBytes: 0xf02a,
  bytes: 0xf02b,
  wei: 0xf02c,
  time: 0xf02d,
} as const;

export type TypeMark = (typeof typeMark)[keyof typeof typeMark];

/** The text of a value that JSON knows no type for. `mark` is undefined for numbers, whose text is not quoted. */
export interface Scalar {
  readonly text: string;
  readonly mark: TypeMark | undefined;
}
