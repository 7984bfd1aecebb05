import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folder, rowsOf } from "../../examples/folder-destination/folder.ts";
import { destinationConformance } from "../../src/testing/index.ts";
import { tempDir } from "../temp-dir.ts";

describe("the destination of the documentation", () => {
  const paths = new WeakMap<object, string>();
  destinationConformance({
    test,
    open: () => {
      const path = tempDir();
      const destination = folder(path);
      paths.set(destination, path);
      return destination;
    },
    read: ({ destination, datasetName, table }) => rowsOf(paths.get(destination)!, datasetName, table),
    unreachable: () => {
      const path = join(tempDir(), "file");
      writeFileSync(path, "");
      return folder(path);
    },
  });
});

test("the page shows the code that is tried here", () => {
  const page = readFileSync(new URL("../../docs/write-a-destination.md", import.meta.url), "utf8");
  expect(page).toContain(readFileSync(new URL("../../examples/folder-destination/folder.ts", import.meta.url), "utf8"));
});
