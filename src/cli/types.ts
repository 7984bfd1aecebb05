import { relative, resolve } from "node:path";
import { ConfigError } from "../core/errors.ts";
import { readTextIfExists, writeFileAtomic } from "../core/files.ts";
import { type KnownSchemas, localSchemas, storedSchemas } from "../pipeline/known-schemas.ts";
import { listLocalPipelines } from "../pipeline/local-info.ts";
import { defaultPipelinesDir } from "../pipeline/working-dir.ts";
import { type DescribedDataset, datasetTypes, typedTableNames } from "../schema/formats/dataset-types.ts";
import { print, printJson } from "./output.ts";
import type { SharedOptions } from "./shared-options.ts";
import { differences, headLines, pipelinesInHead } from "./types-file.ts";

export interface TypesOptions extends SharedOptions {
  readonly output?: string;
  readonly check?: boolean;
  readonly pipelinesDir?: string;
  readonly destination?: string;
  readonly datasetName?: string;
}

/** What the file has, and what it should have. */
interface TypesFile {
  readonly path: string;
  /** Undefined when there is none. */
  readonly present: string | undefined;
  readonly wanted: string;
  readonly pipelines: readonly string[];
  readonly datasets: readonly DescribedDataset[];
}

/** Writes declarations for the datasets of pipelines, or checks that they are as they should be. */
export async function types(names: readonly string[], options: TypesOptions): Promise<void> {
  const file = await typesFile(names, options);
  if (options.check) return check(file, options);
  const isUpToDate = file.present === file.wanted;
  if (!isUpToDate) onFile(file.path, "written", () => writeFileAtomic(file.path, file.wanted));
  if (options.json) printJson({ ...shown(file), change: isUpToDate ? "none" : file.present === undefined ? "new" : "changed" });
  else print(writtenText(file, isUpToDate));
}

async function typesFile(names: readonly string[], options: TypesOptions): Promise<TypesFile> {
  const path = resolve(options.output ?? "leat-types.d.ts");
  // Git on Windows changes the ends of lines.
  const present = onFile(path, "read", () => readTextIfExists(path))?.replaceAll("\r\n", "\n");
  const inFile = present === undefined ? undefined : pipelinesOf(present, path);
  const known = await knownSchemas(names.length > 0 ? names : inFile, options);
  const pipelines = known.map(({ pipelineName }) => pipelineName);
  const datasets = datasetsOf(known);
  return { path, present, wanted: datasetTypes(datasets, headLines(pipelines)), pipelines, datasets };
}

function onFile<T>(path: string, what: "read" | "written", action: () => T): T {
  try {
    return action();
  } catch (cause) {
    throw new ConfigError(`\`${path}\` cannot be ${what}: ${(cause as Error).message}. Name another file with --output.`, { cause });
  }
}

function pipelinesOf(text: string, path: string): readonly string[] {
  const pipelines = pipelinesInHead(text);
  if (pipelines !== undefined) return pipelines;
  throw new ConfigError(
    `\`${path}\` was not written by \`leat types\`, and stays as it is. Name another file with --output, or remove it.`,
  );
}

/** In the order of their names, each once. */
async function knownSchemas(names: readonly string[] | undefined, options: TypesOptions): Promise<readonly KnownSchemas[]> {
  const { destination, datasetName } = options;
  const pipelinesDir = resolve(options.pipelinesDir ?? defaultPipelinesDir(process.env));
  if (destination === undefined && datasetName !== undefined)
    throw new ConfigError("--dataset-name is the dataset in --destination: give both, or neither.");
  if (names === undefined) return allLocal(pipelinesDir, destination);
  const known: KnownSchemas[] = [];
  for (const name of [...new Set(names)].sort())
    known.push(
      destination === undefined ? local(pipelinesDir, name) : await storedSchemas({ name, pipelinesDir, destination, datasetName }),
    );
  return known;
}

function local(pipelinesDir: string, name: string): KnownSchemas {
  try {
    return localSchemas(pipelinesDir, name);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new ConfigError(`${error.message} What a destination stores is taken with --destination.`);
  }
}

function allLocal(pipelinesDir: string, destination: string | undefined): readonly KnownSchemas[] {
  if (destination !== undefined) throw new ConfigError("Which pipelines? With --destination the first call has to name them.");
  const known = listLocalPipelines(pipelinesDir).map(({ name }) => localSchemas(pipelinesDir, name));
  const begun = known.filter(({ datasets }) => datasets.length > 0);
  if (begun.length > 0) return begun;
  throw new ConfigError(
    `No pipeline in \`${pipelinesDir}\` has a schema. Run one first, name another folder with --pipelines-dir, or take the schemas from where they are stored: --destination.`,
  );
}

/** Several pipelines may load one dataset. */
function datasetsOf(known: readonly KnownSchemas[]): readonly DescribedDataset[] {
  const all = known.flatMap(({ datasets }) => datasets);
  const names = [...new Set(all.map(({ name }) => name))].sort();
  return names.map((name) => ({ name, schemas: all.filter((dataset) => dataset.name === name).flatMap(({ schemas }) => schemas) }));
}

function check(file: TypesFile, { json = false, output }: TypesOptions): void {
  const isUpToDate = file.present === file.wanted;
  if (!isUpToDate) process.exitCode = 1;
  const found = isUpToDate ? [] : differences(file.present ?? "", file.wanted);
  const name = shownPath(file.path);
  const renew = `npx leat types${output === undefined ? "" : ` -o ${output}`}`;
  if (json) printJson({ ...shown(file), isUpToDate, differences: found });
  else if (isUpToDate) print(`${name} is up to date: ${datasetsText(file)}.`);
  else if (file.present === undefined) print(`There is no ${name}: ${renew} writes it.`);
  else if (found.length === 0) print(`${name} is out of date, though in its form only: was it formatted? ${renew} renews it.`);
  else print([`${name} is out of date, ${renew} renews it:`, ...found.map((line) => `  ${line}`)].join("\n"));
}

function writtenText(file: TypesFile, isUpToDate: boolean): string {
  const name = shownPath(file.path);
  if (isUpToDate) return `${name} is up to date: ${datasetsText(file)}.`;
  if (file.present !== undefined) return `Renewed ${name}: ${datasetsText(file)}.`;
  return `Wrote ${name}: ${datasetsText(file)}.\nIt counts wherever your tsconfig.json includes it.`;
}

function datasetsText({ datasets }: TypesFile): string {
  const texts = datasets.map(({ name, schemas }) => {
    const { length } = typedTableNames(schemas);
    return `${name} (${length} ${length === 1 ? "table" : "tables"})`;
  });
  return texts.join(", ");
}

function shown({ path, pipelines, datasets }: TypesFile): object {
  return { path, pipelines, datasets: Object.fromEntries(datasets.map(({ name, schemas }) => [name, typedTableNames(schemas)])) };
}

function shownPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith("..") ? path : near;
}
