import { columnNames, type StagedChain, shapeOf } from "./staged-chain.ts";

/** The tables are emptied only when all new rows are there. */
export function insertFromStaging(chain: StagedChain): string[] {
  const shape = shapeOf(chain);
  return shape.tables.flatMap((table) => {
    const columns = columnNames(shape, table).join(", ");
    const insert = `INSERT INTO ${table.target} (${columns}) SELECT ${columns} FROM ${table.staging}`;
    return [shape.dialect.emptyTable(table.target), ...(table.hasJobs ? [insert] : [])];
  });
}

/** The filled tables take the place of the old ones: no row is copied, and those of the old tables need no deleting. */
export function moveStaging(chain: StagedChain, dataset: string): string[] {
  return chain.tables.flatMap(({ staging, target }) => [`DROP TABLE IF EXISTS ${target}`, `ALTER TABLE ${staging} SET SCHEMA ${dataset}`]);
}
