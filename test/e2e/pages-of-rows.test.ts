import { expect, test } from "vitest";
import { resource, withTableName } from "../../src/index.ts";
import { failure, localPipeline, query, values } from "./local-pipeline.ts";

test("rows of all kinds in one page come in their order", async () => {
  const p = localPipeline();
  const page = Array.from({ length: 500 }, (_, id): unknown => {
    if (id % 97 === 3) return new Map<string, unknown>([["id", id]]);
    if (id % 89 === 5) return { id: BigInt(id) };
    return { id, text: "é".repeat(id % 7), nothing: undefined };
  });
  await p.run(resource("t", [page, page.slice(0, 1), page.slice(1, 3)]));
  expect(await values(p, "SELECT id FROM t ORDER BY rowid")).toEqual([...Array.from({ length: 500 }, (_, id) => id), 0, 1, 2]);
});

test("the row of a page that cannot be read is named", async () => {
  const page = (odd: object): readonly object[] => Array.from({ length: 100 }, (_, id) => (id === 70 ? odd : { id }));
  const refused = await failure(() => localPipeline().run(resource("t", [page({ broken: () => 1 })])));
  expect(refused).toMatchObject({ code: "row-invalid", rowIndex: 70, path: "$.broken" });
  let reads = 0;
  const getter = {
    get broken() {
      reads += 1;
      if (reads > 1) throw new Error("read once too often");
      return 1;
    },
  };
  const failed = await failure(() => localPipeline().run(resource("t", [page(getter)])));
  expect(failed).toMatchObject({ message: "read once too often" });
});

test("rows of pages that go to several tables keep to them", async () => {
  const p = localPipeline();
  const rows = Array.from({ length: 200 }, (_, id) => ({ id, kind: id % 3 === 0 ? "a" : "b" }));
  await p.run([
    resource("by_function", { tableName: (row: { kind: string }) => row.kind }, [rows]),
    resource("by_mark", [withTableName(rows, "c"), rows]),
  ]);
  const counts = await query(p, "SELECT (SELECT count(*) FROM a) AS a, (SELECT count(*) FROM b) AS b, (SELECT count(*) FROM c) AS c");
  expect(counts).toEqual([{ a: 67, b: 133, c: 200 }]);
});
