/** A test file under test/, or with src/ in front one beside the code, and how the titles in it begin that show the row. */
export type Proof = readonly [file: string, title: string, ...titles: string[]];

export interface FeatureRow {
  readonly proofs: readonly Proof[];
  /** What of the row is not there yet, or is shown by something else than a test, and why. */
  readonly open?: string;
}

export type FeatureRows = Readonly<Record<string, FeatureRow>>;

export function shown(...proofs: readonly Proof[]): FeatureRow {
  return { proofs };
}

export function partly(open: string, ...proofs: readonly Proof[]): FeatureRow {
  return { proofs, open };
}
