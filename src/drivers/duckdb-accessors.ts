import { createRequire } from "node:module";

/** A part of `@duckdb/node-api`, whose types need those of browsers. In the built package it stands in the place of this module. */
const accessors: unknown = createRequire(import.meta.url)("@duckdb/node-api/lib/vectors/dataAccessors.js");
export default accessors;
