import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Table, Utf8, vectorFromArray } from "apache-arrow";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { ConfigError, Decimal, type Pipeline, PlainDate, pipeline, resource, TypeConflictError } from "../../src/index.ts";
import { testDestinations } from "../destinations.ts";
import { tempDir } from "../temp-dir.ts";
import { failure, localPipeline, query, values } from "./local-pipeline.ts";

afterEach(() => vi.unstubAllEnvs());

/** What RFC 4180 has to say about fields, and what else is between them. */
const corpus = [
  "aaa",
  "",
  " ",
  '"',
  '""',
  'b "bb" b',
  '"bbb"',
  ",",
  "a,b",
  ",,",
  "\n",
  "\r",
  "\r\n",
  "two\r\nlines\n",
  'all ",\r\n" of it',
  ";",
  "\t",
  "|",
  "a;b\tc|d:e-f.g",
  "\\.",
  "\\",
  "\\N",
  "NULL",
  "null",
  "0",
  "true",
  "#comment",
  "' \" `",
  "ÿ\u00a0é",
  `${"long ".repeat(20_000)},"`,
];
const beyondLatin1 = ["\u0080\u009f", "😀", "\u2028", "日本", "€"];

const typed = { whole: -7, fraction: 1.5e-7, flag: false, amount: new Decimal("-1.5"), day: PlainDate.from("2024-02-29") };
const bytes = new Uint8Array([0, 34, 44, 255]);

const rowsOf = (texts: readonly string[]): Record<string, unknown>[] => [
  ...texts.map((text, id) => ({
    id,
    text,
    list: { text, deep: [text] },
    ...typed,
    at: new Date(Date.UTC(2024, 0, 2, 3, 4, 5, id)),
    bytes,
  })),
  { id: texts.length, text: null },
];

const settings: readonly Record<string, string>[] = [
  {},
  { delimiter: ";" },
  { delimiter: "\t" },
  { delimiter: "|", lineterminator: "\r\n" },
  { delimiter: "-" },
  { delimiter: ".", quoting: "quote_needed" },
  { delimiter: ":" },
  { delimiter: "'" },
  { delimiter: "]" },
  { delimiter: " " },
  { quoting: "quote_all" },
  { quoting: "quote_needed" },
  { quoting: "quote_minimal", lineterminator: "\r\n" },
  { include_header: "false" },
  { include_header: "false", delimiter: ";", quoting: "quote_all", lineterminator: "\r\n" },
  { encoding: "iso-8859-1" },
  { encoding: "latin1", include_header: "false", disable_compression: "false" },
  { delimiter: "|", disable_compression: "false" },
];

for (const destination of testDestinations.filter(({ name }) => name === "duckdb" || name === "postgres")) {
  describe(`CSV on ${destination.name}`, () => {
    test("any text comes back, however the files are written", async () => {
      const database = await destination.create();
      for (const [index, given] of settings.entries()) {
        set(given);
        const texts = given["encoding"] === undefined ? [...corpus, ...beyondLatin1] : corpus;
        const p = pipeline({
          name: "csv",
          destination: database.destination(),
          datasetName: `data_${index}`,
          pipelinesDir: tempDir(),
          progress: "none",
          loaderFileFormat: "csv",
        });
        const rows = rowsOf(texts);
        await p.run(rows, { tableName: "things", columns: { list: { dataType: "json" } } });
        const loaded = await query(p, "SELECT * FROM things ORDER BY id");
        expect(loaded.map((row) => row["text"])).toEqual([...texts, null]);
        expect(loaded.map((row) => row["id"])).toEqual(rows.map((row) => row["id"]));
        expect(loaded.slice(0, -1).map((row) => parsed(row["list"]))).toEqual(texts.map((text) => ({ text, deep: [text] })));
        expect(loaded.at(-1)).toMatchObject({ list: null, whole: null, flag: null, day: null, bytes: null });
        for (const row of loaded.slice(0, -1)) {
          expect(row).toMatchObject({ whole: -7, fraction: 1.5e-7, flag: false });
          expect(String(row["amount"])).toBe("-1.5");
          expect(String(row["day"])).toBe("2024-02-29");
          expect(row["bytes"]).toEqual(bytes);
        }
        expect(await values(p, 'SELECT COUNT(DISTINCT "at") FROM things')).toEqual([texts.length]);
        vi.unstubAllEnvs();
      }
    });

    test("rows without any value are rows", async () => {
      const database = await destination.create();
      for (const quoting of ["quote_minimal", "quote_all"]) {
        set({ quoting });
        const p = pipeline({
          name: "csv",
          destination: database.destination(),
          datasetName: quoting,
          pipelinesDir: tempDir(),
          progress: "none",
          loaderFileFormat: "csv",
        });
        await p.run(resource("things", [new Table({ text: vectorFromArray([null, "a", null, "", null], new Utf8()) })]));
        expect(await values(p, "SELECT count(*) FROM things")).toEqual([5]);
        expect(await values(p, "SELECT text FROM things WHERE text IS NOT NULL ORDER BY text")).toEqual(["", "a"]);
      }
    });

    test("files without a header are loaded when later rows have other columns", async () => {
      const database = await destination.create();
      set({ include_header: "false", buffer_max_items: "1" });
      const p = pipeline({
        name: "csv",
        destination: database.destination(),
        datasetName: "data",
        pipelinesDir: tempDir(),
        progress: "none",
        loaderFileFormat: "csv",
      });
      await p.run(
        [
          { id: 1, b: "x" },
          { id: 2, a: "y" },
          { id: 3, c: "z" },
        ],
        { tableName: "things" },
      );
      expect(await query(p, "SELECT id, a, b, c FROM things ORDER BY id")).toEqual([
        { id: 1, a: null, b: "x", c: null },
        { id: 2, a: "y", b: null, c: null },
        { id: 3, a: null, b: null, c: "z" },
      ]);
    });
  });
}

test("the files look as the settings say", async () => {
  expect(await textOf({})).toBe('id,text,flag\n1,a b,true\n2,"x,y",\n');
  expect(await textOf({ delimiter: ";", quoting: "quote_needed" })).toBe('"id";"text";"flag"\n1;"a b";true\n2;"x,y";\n');
  expect(await textOf({ quoting: "quote_all", lineterminator: "\r\n" })).toBe('"id","text","flag"\r\n"1","a b","true"\r\n"2","x,y",\r\n');
  expect(await textOf({ include_header: "false", delimiter: "|", quoting: "quote_none" })).toBe("1|a b|true\n2|x,y|\n");
});

test("a package is loaded as it was written, whatever the settings are by then", async () => {
  set({ delimiter: "|", include_header: "false", quoting: "quote_all" });
  const p = localPipeline({ loaderFileFormat: "csv" });
  await p.extract([{ id: 1, text: "a|b" }], { tableName: "things" });
  await p.normalize();
  vi.unstubAllEnvs();
  set({ delimiter: ";" });
  await p.load();
  expect(await query(p, "SELECT id, text FROM things")).toEqual([{ id: 1, text: "a|b" }]);
});

test("settings of normalize win over those of all steps; those of a pipeline over both", async () => {
  vi.stubEnv("DATA_WRITER__DELIMITER", ";");
  expect(await textOf({})).toContain("id;text");
  vi.stubEnv("NORMALIZE__DATA_WRITER__DELIMITER", "|");
  expect(await textOf({})).toContain("id|text");
  vi.stubEnv("SHOP__DATA_WRITER__DELIMITER", "\t");
  expect(await textOf({})).toContain("id\ttext");
});

test("raw files end as `sources.data_writer` says, job files as `normalize.data_writer`", async () => {
  vi.stubEnv("SOURCES__DATA_WRITER__FILE_MAX_ITEMS", "10");
  vi.stubEnv("NORMALIZE__DATA_WRITER__FILE_MAX_ITEMS", "4");
  const p = localPipeline({ loaderFileFormat: "csv" });
  await p.extract(
    Array.from({ length: 20 }, (_, id) => ({ id })),
    { tableName: "things" },
  );
  expect((await p.listPackages()).at(-1)!.jobs.filter((job) => job.table === "things")).toHaveLength(2);
  await p.normalize();
  const { jobs } = (await p.listPackages()).at(-1)!;
  expect(jobs.filter((job) => job.table === "things").map((job) => job.rows)).toEqual([4, 4, 2, 4, 4, 2]);
});

describe("characters that the encoding does not have", () => {
  const euro = [{ id: 1, text: "5 € 😀é" }];

  test("are refused, with the row and the column", async () => {
    set({ encoding: "latin-1" });
    const error = await failure(() => localPipeline({ loaderFileFormat: "csv" }).run(euro, { tableName: "things" }));
    expect(error).toBeInstanceOf(TypeConflictError);
    expect(String(error)).toMatch(/`text`.*encoding latin-1.* to utf-8/s);
    expect(String(error)).not.toContain("dataType");
  });

  test.each([
    ["replace", "5 ? ?é"],
    ["ignore", "5  é"],
    ["backslashreplace", "5 \\u20ac \\U0001f600é"],
  ])("are written as `encoding_errors` %s says", async (errors, text) => {
    set({ encoding: "latin-1", encoding_errors: errors });
    const p = localPipeline({ loaderFileFormat: "csv" });
    await p.run(euro, { tableName: "things" });
    expect(await values(p, "SELECT text FROM things")).toEqual([text]);
  });

  test("are escaped in JSON", async () => {
    set({ encoding: "ascii" });
    const p = localPipeline({ loaderFileFormat: "csv" });
    await p.run([{ id: 1, doc: { text: "€😀é" } }], { tableName: "things", columns: { doc: { dataType: "json" } } });
    expect(await values(p, "SELECT doc->>'text' FROM things")).toEqual(["€😀é"]);
  });
});

test.each([
  ["", "empty text"],
  ["a,b", "delimiter"],
  ['"', "quote"],
  ["a\nb", "line end"],
])("a text that needs quotes (%j) is refused where there are none", async (text, why) => {
  set({ quoting: "quote_none" });
  const error = await failure(() => localPipeline({ loaderFileFormat: "csv" }).run([{ id: 1, text }], { tableName: "things" }));
  expect(error).toBeInstanceOf(TypeConflictError);
  expect(String(error)).toContain(why);
  expect(String(error)).toContain("quote_none");
  expect(String(error)).toContain("Leave `quoting` of `[data_writer]` out");
  expect(String(error)).not.toContain("dataType");
});

test.each([
  ["delimiter", "ab"],
  ["delimiter", "€"],
  ["delimiter", "x"],
  ["delimiter", '"'],
  ["lineterminator", "\r"],
  ["encoding", "utf-16"],
  ["quoting", "quote_some"],
  ["on_error_continue", "true"],
])("%s %j is refused before anything runs", async (key, value) => {
  set({ [key]: value });
  let ran = false;
  const error = await failure(() =>
    localPipeline().run(
      function* () {
        ran = true;
        yield { id: 1 };
      },
      { tableName: "things" },
    ),
  );
  expect(error).toBeInstanceOf(ConfigError);
  expect(String(error)).toContain(key);
  expect(ran).toBe(false);
});

describe("a setting that there is not", () => {
  test.each([
    ["DATA_WRITER__DELIMTER", "delimter", "`delimiter`"],
    ["NORMALIZE__DATA_WRITER__FILE_MAX_ITEM", "file_max_item", "`file_max_items`"],
    ["SHOP__NORMALIZE__DATA_WRITER__QUOTEING", "quoteing", "`quoting`"],
    ["SOURCES__DATA_WRITER__FILE_MAX_ROWS", "file_max_rows", "`file_max_bytes`"],
    ["NORMALIZE__PARQUET_NORMALIZER__ADD_DLT_IDS", "add_dlt_ids", "`add_dlt_id`"],
  ])("is refused with the nearest name: %s", async (variable, key, nearest) => {
    vi.stubEnv(variable, "1");
    const error = await failure(() => localPipeline().run([{ id: 1 }], { tableName: "things" }));
    expect(error).toBeInstanceOf(ConfigError);
    expect(String(error)).toContain(`\`${key}\` (environment ${variable}) is not a setting.`);
    expect(String(error)).toContain(nearest);
  });

  test("is refused in a file, too", async () => {
    const home = process.cwd();
    const project = tempDir();
    onTestFinished(() => process.chdir(home));
    process.chdir(project);
    mkdirSync(join(project, ".leat"));
    const write = (toml: string): void => writeFileSync(join(project, ".leat", "config.toml"), toml);
    const run = () => localPipeline().run([{ id: 1 }], { tableName: "things" });
    write('[data_writer]\ndelimter = ";"\nnothing_like_it = 1\n');
    const error = await failure(run);
    expect(String(error)).toMatch(/2 settings of `data_writer` are wrong/);
    expect(String(error)).toMatch(
      /`delimter` \(config\.toml data_writer\.delimter in .*config\.toml\) is not a setting\. Did you mean `delimiter`\?/,
    );
    expect(String(error)).toMatch(/`nothing_like_it` .* is not a setting\. There are: /);
    write('[data_writer]\ndelimiter = ";"\n\n[normalize.data_writer]\nfile_max_items = 10\n\n[sources.data_writer]\nfile_max_items = 10\n');
    await run();
  });
});

/** DuckDB gives JSON as text. */
function parsed(json: unknown): unknown {
  return typeof json === "string" ? JSON.parse(json) : json;
}

function set(given: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(given)) vi.stubEnv(`DATA_WRITER__${key.toUpperCase()}`, value);
}

/** The CSV file of two rows, without leat's own columns. */
async function textOf(given: Readonly<Record<string, string>>): Promise<string> {
  set(given);
  const p: Pipeline = localPipeline({ loaderFileFormat: "csv" });
  await p.run(
    [
      { id: 1, text: "a b", flag: true },
      { id: 2, text: "x,y" },
    ],
    { tableName: "things" },
  );
  for (const key of Object.keys(given)) vi.stubEnv(`DATA_WRITER__${key.toUpperCase()}`, undefined);
  const folder = join(p.workingDir, "normalized", "..", "load", "loaded");
  const [loadId] = readdirSync(folder);
  const jobs = join(folder, loadId!, "completed_jobs");
  const file = readdirSync(jobs).find((name) => name.startsWith("things."))!;
  const text = readFileSync(join(jobs, file), "utf8");
  // Load id and row id are the last two fields.
  const separator = given["delimiter"] ?? /[;|\t,]/.exec(text.replace(/"/g, ""))![0];
  return text
    .split("\n")
    .map((line) => (line === "" ? line : line.split(separator === "," ? /,(?=(?:[^"]*"[^"]*")*[^"]*$)/ : separator)))
    .map((line) => (typeof line === "string" ? line : line.slice(0, 3).join(separator) + (line.at(-1)!.endsWith("\r") ? "\r" : "")))
    .join("\n");
}
