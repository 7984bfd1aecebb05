import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { tempDir } from "../../test/temp-dir.ts";
import { closeSynced } from "../core/files.ts";
import { RawFile } from "./raw-file.ts";

describe("a raw file", () => {
  let folder: string;
  beforeEach(() => {
    folder = tempDir();
  });

  const open = (): RawFile => {
    let files = 0;
    return new RawFile(() => join(folder, `rows.${files++}`), closeSynced);
  };
  const lines = (): unknown[][] =>
    readdirSync(folder)
      .sort()
      .flatMap((name) => readFileSync(join(folder, name), "utf8").trimEnd().split("\n"))
      .map((line) => JSON.parse(line));

  it("holds its rows in one line, as a list", () => {
    const file = open();
    file.append('{"a":1}');
    file.append('{"a":"größe 🚀"}');
    file.finish();
    expect(readFileSync(join(folder, "rows.0"), "utf8")).toBe('[{"a":1},{"a":"größe 🚀"}]\n');
    expect([file.rows, file.files, file.bytes]).toEqual([2, 1, 31]);
  });

  it("takes many rows at once, between others", () => {
    const file = open();
    file.append("1");
    file.appendRows('2,"é",4', 3);
    file.append("5");
    file.finish();
    expect(lines()).toEqual([[1, 2, "é", 4, 5]]);
    expect([file.rows, file.files]).toEqual([5, 1]);
  });

  it("begins a new line when one is long", () => {
    const file = open();
    const rows = Array.from({ length: 1000 }, (_, id) => ({ id, text: "é".repeat(300) }));
    for (const row of rows) file.append(JSON.stringify(row));
    file.finish();
    expect(lines().length).toBeGreaterThan(3);
    expect(lines().flat()).toEqual(rows);
  });

  it("takes a row that is longer than a line, and small ones after it", () => {
    const file = open();
    const rows = ["first", "表".repeat(2_000_000), "last"];
    for (const row of rows) file.append(JSON.stringify(row));
    file.finish();
    expect(lines().flat()).toEqual(rows);
  });

  it("begins a new file when one is large", () => {
    const file = open();
    const row = JSON.stringify("x".repeat(1_000_000));
    for (let count = 0; count < 70; count += 1) file.append(row);
    file.finish();
    expect([file.rows, file.files]).toEqual([70, 5]);
    expect(readdirSync(folder)).toHaveLength(5);
  });

  it("does not exist before a row is written, unless it is asked for", () => {
    open().finish();
    expect(readdirSync(folder)).toEqual([]);
    const empty = open();
    empty.ensureFile();
    empty.finish();
    expect(readFileSync(join(folder, "rows.0"), "utf8")).toBe("");
  });

  it("goes on in the same file after it was suspended", () => {
    const file = open();
    file.suspend();
    for (const row of [1, 2, 3]) {
      file.append(String(row));
      file.suspend();
      file.suspend();
    }
    expect(lines()).toEqual([[1], [2], [3]]);
    file.append("4");
    file.append("5");
    file.finish();
    expect(lines()).toEqual([[1], [2], [3], [4, 5]]);
    expect([file.rows, file.files, file.bytes]).toEqual([5, 1, 18]);
  });

  it("writes nothing more once it is abandoned", () => {
    const file = open();
    file.append("1");
    file.abandon();
    expect(readdirSync(folder)).toEqual([]);
  });
});
