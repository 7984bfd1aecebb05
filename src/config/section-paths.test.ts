import { expect, it } from "vitest";
import { sectionPaths } from "./section-paths.ts";

const dotted = (sections: readonly string[], groups: readonly string[] = []) =>
  sectionPaths(sections, groups).map((path) => path.join("."));

it("goes from the longest path to none", () => {
  expect(dotted(["x", "a", "b"])).toEqual(["x.a.b", "x.a", "x", ""]);
});

it("has the short form of a source after its section", () => {
  expect(dotted(["sources", "sec", "src"])).toEqual(["sources.sec.src", "sources.sec", "sources.src", "sources", ""]);
  expect(dotted(["sources", "a", "b", "c"])).toEqual(["sources.a.b.c", "sources.a.b", "sources.b", "sources.a", "sources", ""]);
});

it("has no short form where source and section have one name", () => {
  expect(dotted(["sources", "same", "same"])).toEqual(["sources.same.same", "sources.same", "sources", ""]);
});

it("never leaves out the group of a setting", () => {
  expect(dotted(["destination", "postgres"], ["credentials"])).toEqual([
    "destination.postgres.credentials",
    "destination.credentials",
    "credentials",
  ]);
  expect(dotted(["sources", "sec", "src"], ["db"])).toEqual(["sources.sec.src.db", "sources.sec.db", "sources.src.db", "sources.db", "db"]);
});

it("leaves out outer groups as if they were sections", () => {
  expect(dotted([], ["db", "inner"])).toEqual(["db.inner", "inner"]);
  // dlt 1.31 inserts the short form third, wherever that is.
  expect(dotted(["sources", "sec", "src"], ["db", "inner"])).toEqual([
    "sources.sec.src.db.inner",
    "sources.sec.src.inner",
    "sources.src.db.inner",
    "sources.sec.inner",
    "sources.inner",
    "inner",
  ]);
});
