import { expectTypeOf, test } from "vitest";
import type { Pipeline, PipelineOptions } from "../index.ts";
import { testPipeline } from "./index.ts";

test("testPipeline takes the options of a pipeline, and a clock, but no folder", () => {
  expectTypeOf(testPipeline).returns.toEqualTypeOf<Pipeline>();
  expectTypeOf(testPipeline).parameter(0).toExtend<(Omit<PipelineOptions, "pipelinesDir"> & { readonly now?: () => Date }) | undefined>();
  testPipeline({ now: () => new Date(), datasetName: "data" });
  // @ts-expect-error it makes its own folder
  testPipeline({ pipelinesDir: "/tmp" });
});
