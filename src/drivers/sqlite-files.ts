import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join, parse } from "node:path";
import { DriverFailure } from "../core/driver-failure.ts";

/** A dataset that is the file itself, as SQLite calls the database that a connection was opened with. */
export const mainDataset = "main";

/** The file of a dataset: `shop__data.db` beside `shop.db`, as dlt has it. */
export function datasetFile(path: string, dataset: string): string {
  if (dataset === mainDataset) return path;
  const { dir, name, ext } = parse(path);
  return join(dir, `${name}__${dataset}${ext}`);
}

/** Told at once, and not when the first package is stored. Throws DriverFailure. */
export function checkFolder(path: string, datasets: readonly string[]): void {
  const folder = dirname(path);
  if (!existsSync(folder)) throw connection(`The folder \`${folder}\` does not exist. Create it, or name another path.`);
  const taken = [path, ...datasets.map((dataset) => datasetFile(path, dataset))].find(
    (file) => existsSync(file) && statSync(file).isDirectory(),
  );
  if (taken !== undefined) throw connection(`\`${taken}\` is a folder. Name a file.`);
  if (datasets.includes("temp"))
    throw connection("SQLite has no dataset `temp`: that is its name for temporary tables. Give the pipeline another `datasetName`.");
}

/** A database is there when any of its datasets is. Throws DriverFailure. */
export function requireDatabase(path: string): void {
  const { dir, name, ext } = parse(path);
  const isDataset = (file: string) => file.startsWith(`${name}__`) && file.endsWith(ext);
  if (!existsSync(path) && !readdirSync(dir).some(isDataset)) throw connection(`There is no database file \`${path}\`.`);
}

function connection(message: string): DriverFailure {
  return new DriverFailure("connection", message);
}
