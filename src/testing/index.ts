/** For the tests of programs that use leat, and of destinations for it. */
export { type ConformanceReport, type ConformanceResult, checkConformance } from "./conformance/check-conformance.ts";
export type { ConformanceOptions } from "./conformance/conformance-options.ts";
export {
  type DestinationConformanceOptions,
  destinationConformance,
  type RegisterTest,
} from "./conformance/destination-conformance.ts";
export { type TestPipelineOptions, testPipeline } from "./test-pipeline.ts";
