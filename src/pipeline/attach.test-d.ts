import { describe, expectTypeOf, it } from "vitest";
import { attach } from "./attach.ts";
import type { Pipeline } from "./pipeline-type.ts";

describe("attach", () => {
  it("gives a pipeline, whose dataset is known where its name is", () => {
    expectTypeOf(attach("shop")).resolves.toExtend<Pipeline>();
    expectTypeOf(attach("shop", { destination: "duckdb", datasetName: "crm" })).resolves.toEqualTypeOf<Pipeline<"crm">>();
    expectTypeOf<Awaited<ReturnType<typeof attach<string>>>["datasetName"]>().toEqualTypeOf<string>();
  });

  it("has the name as its first argument alone", () => {
    // @ts-expect-error
    void attach("shop", { name: "other" });
    // @ts-expect-error
    void attach();
  });
});
