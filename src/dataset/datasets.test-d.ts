import type { Decimal, PlainDate, TableName, TableRow, Timestamp } from "leat";
import { attach, current, pipeline } from "leat";
import { describe, expectTypeOf, it } from "vitest";

// In the words of `leat types`. It holds for all files that are checked together: hence the names.
declare module "leat" {
  interface Datasets {
    written_data: {
      written_sales: {
        at: Timestamp | null;
        day: PlainDate | null;
        fee: Decimal;
        id: number;
        "it's": string | null;
        _dlt_id: string;
        _dlt_load_id: string;
      };
      written_sales__lines: { value: number | null; _dlt_id: string; _dlt_list_idx: number; _dlt_parent_id: string };
    };
    "written by hand": { written_notes: { id: string } };
  }
}

const dataset = pipeline({ name: "written", datasetName: "written_data" }).dataset();
const sales = dataset.table("written_sales");

describe("types as they are generated", () => {
  it("let a timestamp be compared with any date, and give it with its microseconds", async () => {
    sales.where("at", "<", new Date()).where("at", "in", [new Date()]).where("at", "=", null);
    expectTypeOf(await sales.max("at")).toEqualTypeOf<Timestamp | null>();
    // @ts-expect-error a text is no date
    sales.where("at", "<", "2024-01-01");
    // @ts-expect-error a timestamp is no date without a time
    sales.where("day", "<", new Date());
    // @ts-expect-error a decimal is exact, a number is not
    sales.where("fee", "<", 1.5);
  });

  it("have leat's columns, and names that are no identifiers", async () => {
    const rows = await sales.select("it's", "_dlt_load_id").fetchAll();
    expectTypeOf(rows).toEqualTypeOf<{ "it's": string | null; _dlt_load_id: string }[]>();
    expectTypeOf(
      pipeline({ datasetName: "written by hand" }).dataset().table("written_notes").select("id").fetchOne(),
    ).resolves.toEqualTypeOf<{ id: string } | undefined>();
  });

  it("are found by the name that a pipeline has by default", () => {
    const byDefault = pipeline({ name: "written" }).dataset();
    expectTypeOf(byDefault.name).toEqualTypeOf<"written_dataset">();
    byDefault.table("of_nobody").where("x", "=", 1);
  });

  it("are found where the dataset is said, and are free where it is not known", async () => {
    expectTypeOf<TableName<"written_data">>().toEqualTypeOf<"written_sales" | "written_sales__lines">();
    expectTypeOf<TableRow<"written_data", "written_sales">["fee"]>().toEqualTypeOf<Decimal>();
    const attached = (await attach("written", { datasetName: "written_data" })).dataset();
    // @ts-expect-error no such table
    attached.table("written_sale");
    const unsaid = (await attach("written")).dataset();
    unsaid.table("of_nobody").where("x", "=", 1);
    expectTypeOf(await unsaid.table("written_sales").max("id")).toEqualTypeOf<number | null>();
    expectTypeOf(await current.pipeline<"written_data">().dataset().table("written_sales").min("fee")).toEqualTypeOf<Decimal | null>();
  });
});
