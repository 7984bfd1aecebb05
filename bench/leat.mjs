// What the workloads use of leat: the built package, or another build named by LEAT_DIST.
const dist = process.env.LEAT_DIST === undefined ? new URL("../dist/", import.meta.url) : new URL(`file://${process.env.LEAT_DIST}/`);

export const { pipeline, rawJson, resource, source } = await import(new URL("index.js", dist).href);
export const { duckdb } = await import(new URL("destinations/duckdb/index.js", dist).href);

/** Of a workload for Postgres only: what the others import is part of what they take. */
export async function postgres(url) {
  return (await import(new URL("destinations/postgres/index.js", dist).href)).postgres(url);
}
