import { incrementalCases } from "./incremental-cases.ts";
import { takingTurns } from "./turns.ts";

const both = ["a number and a key, appended", "date-times with microseconds and offsets"];
const names = [...both, "texts of date-times with a lag", "decimals"];

takingTurns(
  "duckdb",
  incrementalCases.filter(({ name }) => names.includes(name)),
);
takingTurns(
  "postgres",
  incrementalCases.filter(({ name }) => both.includes(name)),
);
