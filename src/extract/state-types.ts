import type { Decimal } from "decimal.js";
import type { PlainDate } from "../core/plain-date.ts";
import type { PlainDateTime } from "../core/plain-date-time.ts";
import type { PlainTime } from "../core/plain-time.ts";

type StateScalar =
  | null
  | undefined
  | boolean
  | string
  | number
  | bigint
  | Date
  | Decimal
  | PlainDate
  | PlainTime
  | PlainDateTime
  | Uint8Array;

/** What state can hold and dlt can read. UUIDs are strings. Anything else throws InvalidStateError with its path. */
export type StateValue = StateScalar | readonly StateValue[] | { readonly [key: string]: StateValue };

/** `T` if state can hold it; a member that it cannot hold becomes `never`. */
export type Storable<T> = unknown extends T
  ? T
  : T extends StateScalar
    ? T
    : T extends (...args: never[]) => unknown
      ? never
      : T extends object
        ? StateObject<T>
        : never;

/** The constraint of typed state: `State extends StateObject<State>`. */
export type StateObject<T> = { [K in keyof T]: Storable<T[K]> };

/** What may be looked at, not changed. */
export type DeepReadonly<T> = T extends StateScalar ? T : T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;
