import type { PackageRecords } from "./job-target.ts";

/** Of a place that keeps nothing beside the rows: it is always there, and knows of no package. */
export const noRecords: PackageRecords = {
  readState: async () => undefined,
  readStates: async () => [],
  readSchema: async () => undefined,
  // Or the local state would be that of a dataset that somebody has dropped.
  datasetExists: async () => true,
  tableNames: async () => [],
  columnsOf: async () => new Map(),
  hasLoad: async () => false,
};
