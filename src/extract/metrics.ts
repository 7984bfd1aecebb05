/** What a resource gave, or what came into a table. */
export interface Metrics {
  /** Rows. */
  readonly items: number;
  /** Their size as they were written, before normalize. */
  readonly bytes: number;
  /** Files that they are in. */
  readonly files: number;
}
