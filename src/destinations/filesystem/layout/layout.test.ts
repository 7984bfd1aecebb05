import { describe, expect, test } from "vitest";
import { readFixture } from "../../../../test/fixtures.ts";
import { ConfigError } from "../../../core/errors.ts";
import { parseIsoDateTime } from "../../../core/iso.ts";
import { parseLayout } from "./layout.ts";

/** By dlt, with the name of its error. */
interface Refused {
  readonly error: string;
}

interface Vectors {
  readonly create_path: readonly {
    readonly layout: string;
    readonly job_file: string;
    readonly schema_name: string;
    readonly load_id: string;
    readonly load_package_created_at: string;
    readonly output: string | Refused;
  }[];
  readonly table_prefix: readonly { readonly layout: string; readonly output: string | Refused }[];
}

const { create_path, table_prefix } = readFixture<Vectors>("filesystem.json");

describe("the key of a file", () => {
  // dlt names files by layouts with which it refuses to load.
  const unloadable = new Set(table_prefix.filter(({ output }) => typeof output !== "string").map(({ layout }) => layout));
  const good = create_path.filter(({ output, layout }) => typeof output === "string" && !unloadable.has(layout));

  test.each(good)("by $layout of $job_file is $output", (vector) => {
    const [tableName = "", fileId = "", , ...ext] = vector.job_file.split(".");
    const micros = Number(parseIsoDateTime(vector.load_package_created_at)!.micros);
    const { schema_name: schemaName, load_id: loadId } = vector;
    const key = parseLayout(vector.layout).path({
      schemaName,
      tableName,
      fileId,
      ext: ext.join("."),
      loadId,
      packageMicros: micros,
      micros,
    });
    expect(key).toBe(vector.output);
  });

  test.each([
    ["2023-12-31T23:59:59.999999+00:00", "23/2023/12/12/dec/december/31/23/59/59/9999/4/0/su/sun/sunday"],
    ["2024-02-29T00:00:00+00:00", "24/2024/2/02/feb/february/29/0/0/0/0000/1/4/th/thu/thursday"],
    ["0987-07-04T05:06:07.089+00:00", "87/987/7/07/jul/july/4/5/6/7/0890/3/3/we/wed/wednesday"],
  ])("has the parts of %s in UTC", (time, expected) => {
    const micros = Number(parseIsoDateTime(time)!.micros);
    const layout = parseLayout("{table_name}/{YY}/{Y}/{M}/{MM}/{MMM}/{MMMM}/{D}/{H}/{m}/{s}/{SSSS}/{Q}/{d}/{dd}/{ddd}/{dddd}.{ext}");
    const file = { schemaName: "s", tableName: "t", fileId: "f", ext: "e", loadId: "1.2", packageMicros: 0, micros };
    expect(layout.path(file)).toBe(`t/${expected}.e`);
  });

  test("has the texts of own placeholders, and what their functions give", () => {
    const layout = parseLayout("{table_name}/{owner}/{kind}/{n}.{ext}", {
      owner: "ann",
      n: 7,
      kind: ({ tableName, loadId, ext }: { tableName: string; loadId: string; ext: string }) => `${tableName}-${loadId}-${ext}`,
    });
    expect(layout.isStable).toBe(false);
    expect(layout.path(file("docs"))).toBe("docs/ann/docs-1795345603.5-jsonl.gz/7.jsonl.gz");
  });

  test.each(["..", "a/../b", "", "/x"])("never leads out of the dataset: %s", (owner) => {
    expect(() => parseLayout("{table_name}/{owner}/{file_id}", { owner }).path(file("docs"))).toThrow(ConfigError);
  });
});

describe("a layout is refused", () => {
  test.each([...create_path, ...table_prefix].filter(({ output }) => typeof output !== "string"))("$layout, as dlt does", ({ layout }) => {
    expect(() => parseLayout(layout)).toThrow(ConfigError);
  });

  test.each([
    ["{table_name}/{bad}.{ext}", "unknown placeholders: {bad}"],
    ["{table_name}/{{file_id}}", "unknown placeholders"],
    ["{load_id}/{file_id}.{ext}", "has no {table_name}"],
    ["{load_id}/{table_name}/{file_id}", "has {load_id} before {table_name}"],
    ["{YYYY}/{schema_name}/{table_name}/{file_id}", "has {YYYY} before {table_name}"],
    ["{table_name}{load_id}.{ext}", "nothing between {table_name} and what follows"],
  ])("%s", (layout, message) => {
    expect(() => parseLayout(layout)).toThrow(message);
  });

  test.each([
    [{ table_name: "x" }, "is one that layouts have already"],
    [{ YYYY: "x" }, "is one that layouts have already"],
    [{ owner: true }, "has to be a text, a number or a function"],
  ])("with the placeholders %o", (extra, message) => {
    expect(() => parseLayout("{table_name}/{file_id}", extra)).toThrow(message);
  });
});

describe("the files of a table", () => {
  test.each(table_prefix.filter(({ output }) => typeof output === "string"))("begin by $layout with $output", ({ layout, output }) => {
    expect(parseLayout(layout).tablePrefix("{schema_name}", "{table_name}")).toBe(output);
  });

  test("tell the package and the file that they are of", () => {
    const layout = parseLayout("{schema_name}/{table_name}_{YYYY}/{load_id}.{file_id}.{ext}");
    const key = layout.path(file("docs"));
    expect(key).toBe("sch/docs_1970/1795345603.5.0001abcdef.jsonl.gz");
    expect(layout.idsIn(key, "sch", "docs")).toEqual({ loadId: "1795345603.5", fileId: "0001abcdef" });
    expect(layout.idsIn("sch/docs_1970/other.jsonl", "sch", "docs")).toBeUndefined();
    expect(parseLayout("{table_name}/{file_id}").idsIn("docs/0001abcdef.jsonl", "sch", "docs")).toEqual({
      loadId: undefined,
      fileId: "0001abcdef",
    });
  });
});

function file(tableName: string) {
  return { schemaName: "sch", tableName, fileId: "0001abcdef", ext: "jsonl.gz", loadId: "1795345603.5", packageMicros: 0, micros: 0 };
}
