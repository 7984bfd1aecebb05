/** For the tests of programs that use leat. */
export { type TestPipelineOptions, testPipeline } from "./test-pipeline.ts";
