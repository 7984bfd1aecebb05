import type { ConformanceOptions } from "../../src/testing/conformance/conformance-options.ts";

/** Clauses that files cannot keep, wherever they are. */
export const notForFiles: NonNullable<ConformanceOptions["skip"]> = [
  {
    test: "commit > a file that cannot be read fails its job, which the error names, and the package does not count",
    reason: "files are stored as they are",
  },
  { test: "rows > values arrive exactly from insert_values files", reason: "INSERT statements are written, and read back by nobody" },
];
