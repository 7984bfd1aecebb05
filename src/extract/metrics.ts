/** What a resource gave, or what came into a table. */
export interface Metrics {
  readonly items: number;
  readonly bytes: number;
  readonly files: number;
}
