/**
 * What a column holds, by its data type. A column without a value has no cell.
 *
 * | data type | cell |
 * | --- | --- |
 * | text | string |
 * | bigint | number when it is a safe integer, else bigint; within 64 bits |
 * | double | number, also NaN and the infinities |
 * | bool | boolean |
 * | timestamp | microseconds since 1970 UTC, number when safe, else bigint; a wall clock counts as UTC |
 * | date | days since 1970 |
 * | time | microseconds since midnight |
 * | decimal, wei | decimal text as Python prints it: `1.10`, `1E+3` |
 * | binary | Uint8Array |
 * | json | compact JSON text |
 */
export type Cell = string | number | bigint | boolean | Uint8Array;
