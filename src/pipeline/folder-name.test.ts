import { expect, test } from "vitest";
import { checkFolderName } from "./pipeline-options.ts";

test.each(["shop", "my shop", "a.b", "console"])("%j names a working directory everywhere", (name) => {
  for (const platform of ["linux", "win32"] as const) expect(() => checkFolderName(name, platform)).not.toThrow();
});

test.each(["a/b", "a\\b", "a:b", "..", "what?"])("%j names a working directory nowhere, so that it can move to another machine", (name) => {
  for (const platform of ["linux", "win32"] as const)
    expect(() => checkFolderName(name, platform)).toThrow("cannot be the name of a folder");
});

test.each(["aux", "con.fig", "shop.", "shop "])("%j cannot on Windows, which has its reasons", (name) => {
  expect(() => checkFolderName(name, "linux")).not.toThrow();
  expect(() => checkFolderName(name, "win32")).toThrow(/on Windows|Windows drops/);
});
