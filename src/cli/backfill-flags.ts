/** The flags of `leat backfill`. */
export interface BackfillFlags {
  readonly json?: boolean;
  readonly debug?: boolean;
  readonly from: string;
  readonly to: string;
  readonly every: string;
  readonly parallel?: string;
  readonly export?: string;
  readonly type?: string;
}
