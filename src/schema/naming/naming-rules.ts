/** What makes one naming convention different from another. Trimming, shortening and paths are common to all. */
export interface NamingRules {
  readonly isCaseSensitive: boolean;
  readonly pathSeparator: string;
  /** The longest name the convention itself allows, whatever the destination takes. */
  readonly maxLength: number | undefined;
  /** From a trimmed name that is not empty to a name of any length. */
  rewrite(name: string): string;
  /** What table names get after that, and after shortening. */
  readonly rewriteTable?: (identifier: string) => string;
}
