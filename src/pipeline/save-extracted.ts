import { crashPoint } from "../core/crash-point.ts";
import { bumpSchema } from "../schema/bump.ts";
import { withoutEvolveOnce } from "../schema/contract.ts";
import type { SchemaDocument } from "../schema/document.ts";
import { applyUpdate } from "../schema/update.ts";
import type { LocalStore } from "./local-store.ts";

export interface Extracted {
  readonly schemas: readonly SchemaDocument[];
  /** The text of the state. */
  readonly state: Buffer;
}

/** Local schemas and state become those of packages that were just committed. `linked` puts what belongs to this machine into a schema. */
export function saveExtracted(local: LocalStore, { schemas, state }: Extracted, linked: (schema: SchemaDocument) => SchemaDocument): void {
  const known = schemas.length === 0 ? undefined : local.peekSchemas();
  for (const schema of schemas) local.writeSchema(linked(broughtTogether(known!.get(schema.name), schema)));
  crashPoint("extract:schemas-saved");
  local.writeStateText(state);
  crashPoint("extract:state-saved");
}

/** The local schema becomes that of a package that was just normalized, with what packages behind it have brought meanwhile. */
export function saveNormalized(local: LocalStore, { schema, rowCounts }: Normalized): void {
  const saved = broughtTogether(local.peekSchemas().get(schema.name), schema);
  local.writeSchema(saved === schema ? schema : bumpSchema(withoutEvolveOnce(saved, Object.keys(rowCounts))));
}

interface Normalized {
  readonly schema: SchemaDocument;
  readonly rowCounts: { readonly [table: string]: number };
}

/** A local schema that another step has brought further since `schema` was made of it keeps what it has. */
function broughtTogether(known: SchemaDocument | undefined, schema: SchemaDocument): SchemaDocument {
  const isBehind = known === undefined || known.version_hash === schema.version_hash || schema.previous_hashes.includes(known.version_hash);
  if (isBehind || schema.version_hash === "") return schema;
  const tables = Object.entries(schema.tables).map(([name, { name: _, ...table }]) => [name, table] as const);
  return bumpSchema(applyUpdate(known, Object.fromEntries(tables)));
}
