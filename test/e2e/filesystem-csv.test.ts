import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { filesystem } from "../../src/destinations/filesystem/index.ts";
import { type Pipeline, pipeline } from "../../src/index.ts";
import { tempDir } from "../temp-dir.ts";
import { failure, query } from "./local-pipeline.ts";

afterEach(() => vi.unstubAllEnvs());

/** What RFC 4180 has to say about fields. */
const texts = [
  "",
  " ",
  '"',
  '""',
  'b "bb" b',
  ",",
  ",,",
  "\n",
  "\r\n",
  'all ",\r\n" of it',
  ";",
  "\t",
  "|",
  "a;b\tc|d:e-f.g",
  "\\N",
  "NULL",
  "0",
  "#no",
  "é",
];
const rows = [...texts.map((text, id) => ({ id, text, amount: (id + 0.5) / 8 })), { id: texts.length, text: null }];

describe("CSV files of a folder are read back as they were written,", () => {
  test.each<Record<string, string>>([
    {},
    { delimiter: ";" },
    { delimiter: "\t", quoting: "quote_needed" },
    { delimiter: "|", lineterminator: "\r\n" },
    { delimiter: "-" },
    { delimiter: "]", quoting: "quote_all", lineterminator: "\r\n" },
    { delimiter: " ", disable_compression: "true" },
    { quoting: "quote_all" },
    { quoting: "quote_needed", lineterminator: "\r\n", disable_compression: "true" },
  ])("with %o", async (settings) => {
    const p = open(settings);
    await p.run(rows, { tableName: "docs" });
    expect(await query(p, "SELECT id, text FROM docs ORDER BY id")).toEqual(rows.map(({ id, text }) => ({ id, text })));
    expect(await query(p, "SELECT sum(amount) AS n FROM docs")).toEqual([{ n: 22.5625 }]);
  });

  test.each([
    ["without a header", { include_header: "false" }, "does not name columns"],
    ["in another encoding", { encoding: "latin-1" }, "utf-8"],
  ] as const)("but not %s: that is refused", async (_, settings, message) => {
    const p = open(settings);
    await p.run(rows, { tableName: "docs" });
    expect(await failure(() => query(p, "SELECT id, text FROM docs"))).toMatchObject({
      code: "unsupported",
      message: expect.stringContaining(message),
    });
  });
});

function open(settings: Readonly<Record<string, string>>): Pipeline {
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(`NORMALIZE__DATA_WRITER__${name.toUpperCase()}`, value);
  const dir = tempDir();
  const base = { name: "shop", datasetName: "data", pipelinesDir: join(dir, "pipelines"), progress: "none" } as const;
  return pipeline({ ...base, destination: filesystem(join(dir, "bucket")), loaderFileFormat: "csv" });
}
