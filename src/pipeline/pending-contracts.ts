import type { PackageFolder } from "../load-package/package-folder.ts";
import { hasStrictContract } from "../schema/contract.ts";
import type { SchemaDocument, TableSchema } from "../schema/document.ts";
import type { SchemaContract, StoredContract } from "../schema/hint-options.ts";
import { storedContract } from "../schema/hints.ts";
import { nestedTableHints } from "../schema/nested-hints.ts";
import { type SchemaNamingOptions, schemaNaming } from "../schema/schema-naming.ts";
import { buildOn } from "./build-on.ts";
import type { BuiltSource, RunHints } from "./runnable.ts";
import type { StepHost } from "./step-host.ts";

/** Puts contracts that are declared now into the schema of a package that was extracted before. */
type PendingContracts = (schema: SchemaDocument, extracted: PackageFolder) => SchemaDocument;

/** What the code says now; undefined where it says nothing, or no package waits that a contract could refuse. */
export async function pendingContracts(
  host: StepHost,
  ofRun: SchemaContract | undefined,
  declared: { readonly data: unknown; readonly hints: RunHints } | undefined,
): Promise<PendingContracts | undefined> {
  const waiting = host.store.extracted().filter((folder) => isStrict(host, folder.readSchema()));
  if (waiting.length === 0) return undefined;
  // Sources are built once more for this: only where a package waits that may need it.
  const sources =
    declared === undefined || declared.data === undefined
      ? []
      : await buildOn(host, host.local.readState() ?? host.newState(), declared.data, declared.hints);
  if (ofRun === undefined && sources.length === 0) return undefined;
  const loadIds = new Set(waiting.map((folder) => folder.loadId));
  const naming = { maxLength: host.destination.capabilities.maxIdentifierLength, custom: host.customNaming };
  return (schema, extracted) => (loadIds.has(extracted.loadId) ? withContracts(schema, { extracted, ofRun, sources, naming }) : schema);
}

function isStrict({ local }: StepHost, packaged: SchemaDocument): boolean {
  const known = local.peekSchemas().get(packaged.name);
  return hasStrictContract(packaged) || (known !== undefined && hasStrictContract(known));
}

interface Declared {
  readonly extracted: PackageFolder;
  readonly ofRun: SchemaContract | undefined;
  readonly sources: readonly BuiltSource[];
  readonly naming: SchemaNamingOptions;
}

function withContracts(schema: SchemaDocument, { extracted, ofRun, sources, naming }: Declared): SchemaDocument {
  const source = sources.find((one) => one.name === schema.name);
  const ofSource = ofRun ?? source?.hints.schemaContract;
  const settings = ofSource === undefined ? schema.settings : { ...schema.settings, schema_contract: storedContract(ofSource) };
  const tables: Record<string, TableSchema> = { ...schema.tables };
  const set = (name: string, contract: StoredContract): void => {
    if (Object.hasOwn(tables, name)) tables[name] = { ...tables[name]!, schema_contract: contract };
  };
  for (const name of new Set(extracted.jobs("new").map((job) => job.table))) {
    const table = Object.hasOwn(schema.tables, name) ? schema.tables[name] : undefined;
    if (table === undefined || name.startsWith("_dlt")) continue;
    const hints = source?.resources.find((resource) => resource.name === table.resource)?.hints ?? {};
    const contract = ofRun ?? hints.schemaContract;
    if (contract !== undefined) set(name, storedContract(contract));
    const root = { table: name, resource: table.resource ?? name };
    for (const nested of nestedTableHints(hints.nestedHints, root, schemaNaming(schema, naming)))
      if (nested["schema_contract"] !== undefined) set(nested.name, nested["schema_contract"] as StoredContract);
  }
  return { ...schema, settings, tables };
}
