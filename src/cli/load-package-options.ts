export interface LoadPackageCommandOptions {
  readonly pipelinesDir?: string;
  readonly json?: boolean;
  readonly verbose?: number;
  /** Of what destroys: shows what would be done, and stops. */
  readonly dryRun?: boolean;
  /** Without a question. */
  readonly yes?: boolean;
}
