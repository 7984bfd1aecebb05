// Deals, persons and organizations of Pipedrive. The API names custom fields by a hash; the tables name them by their label.
// Which label a hash has is kept in the state of the source: one resource writes it, the others read it.
import { current, field, type Loose, type Resource, type ResourceContext, resource, source, transformer } from "leat";

/** What the state of the source holds, for each entity: hash of a custom field -> how its column is named. */
export type CustomFields = { [entity: string]: { [hash: string]: CustomField } };

export type CustomField = {
  /** The label that the field had when it was first seen. A field that is renamed in Pipedrive keeps its column. */
  name: string;
  /** Of a field with choices: id -> label. */
  options?: { [id: string]: string };
  /** Several can be chosen. */
  isSet?: boolean;
};

type SourceState = { custom_fields_mapping?: CustomFields };

/** A field as `/dealFields` describes it. */
interface Field {
  key: string;
  name: string;
  field_type: string;
  options?: readonly { id: number; label: string }[] | null;
}

/** A row of the table `custom_fields_mapping`; the fields are a nested table. */
interface Mapping {
  entity: string;
  fields: { hash: string; name: string; label: string; field_type: string }[];
}

/** Path of the records and of the description of their fields. */
const entities = {
  deals: "dealFields",
  persons: "personFields",
  organizations: "organizationFields",
} as const;

const config = {
  apiUrl: field.text("Address of the API.", { default: "https://api.pipedrive.com/v1/" }),
  apiToken: field.secret("API token, from Settings > Personal preferences > API."),
  pageSize: field.count("Records per request, 500 at most.", { default: 500 }),
};

export const pipedrive = source("pipedrive", { config }, ({ config: { apiUrl, apiToken, pageSize } }) => {
  const pages = (path: string, signal: AbortSignal) => readPages({ apiUrl, apiToken, pageSize, path, signal });

  // The writer: the only one that may change the state of the source. Its page comes when the state is complete.
  const mapping = resource(
    "custom_fields_mapping",
    { writeDisposition: "merge", primaryKey: "entity", stateAccess: "write" },
    async function* ({ signal }: ResourceContext) {
      const known = (current.sourceState<SourceState>().custom_fields_mapping ??= {});
      const rows: Mapping[] = [];
      for (const [entity, path] of Object.entries(entities))
        rows.push({ entity, fields: await learn((known[entity] ??= {}), pages(path, signal)) });
      yield rows;
    },
  );

  // The readers: transformers of the writer, so that they start when its page is there, in this run or any other, and then run side by side.
  const records = (entity: keyof typeof entities): Resource<string, Loose> =>
    transformer(
      mapping,
      entity,
      { per: "page", writeDisposition: "merge", primaryKey: "id", stateAccess: "read", parallel: true },
      async function* (_, { signal }) {
        const fields = current.sourceState<SourceState>().custom_fields_mapping?.[entity] ?? {};
        for await (const page of pages(entity, signal)) yield page.map((record) => withLabels(record, fields));
      },
    );

  return [mapping, records("deals"), records("persons"), records("organizations")];
});

/** Adds fields that were not known, and choices. Gives all custom fields as they are now. */
async function learn(known: { [hash: string]: CustomField }, pages: AsyncIterable<readonly Loose[]>): Promise<Mapping["fields"]> {
  const fields: Field[] = [];
  for await (const page of pages) fields.push(...(page as readonly object[] as readonly Field[]));
  const custom = fields.filter(({ key }) => hashOf(key) === key);
  const taken = new Set(fields.filter((one) => !custom.includes(one)).map(({ key }) => key));
  for (const { name } of Object.values(known)) taken.add(columnOf(name));
  return custom.map(({ key: hash, name: label, field_type, options }) => {
    const field = (known[hash] ??= { name: freeName(label, hash, taken) });
    if (field_type === "set") field.isSet = true;
    for (const { id, label } of options ?? []) (field.options ??= {})[id] ??= label;
    return { hash, name: field.name, label, field_type };
  });
}

/** Two fields may have one label, and a label may be the name of a field that every record has. */
function freeName(label: string, hash: string, taken: Set<string>): string {
  const name = taken.has(columnOf(label)) ? `${label} ${hash.slice(0, 6)}` : label;
  taken.add(columnOf(name));
  return name;
}

/** About what leat makes of a name, to see which ones would fall together. */
function columnOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, "_");
}

/** The record with labels for hashes, also at the front of a name (`<hash>_currency`), and with labels for the ids of choices. */
function withLabels(record: Loose, fields: { readonly [hash: string]: CustomField }): Loose {
  const entries = Object.entries(record).map(([key, value]): [string, unknown] => {
    const hash = hashOf(key);
    const known = hash === undefined ? undefined : fields[hash];
    return known === undefined ? [key, value] : [known.name + key.slice(40), chosen(value, known)];
  });
  return Object.fromEntries(entries);
}

/** One choice is an id, several are ids with commas between them. */
function chosen(value: unknown, { options, isSet = false }: CustomField): unknown {
  if (options === undefined || value === null) return value;
  const labels = String(value)
    .split(",")
    .map((id) => options[id] ?? id);
  return isSet ? labels : labels.join(",");
}

/** Custom fields have 40 hexadecimal digits for a name. */
function hashOf(key: string): string | undefined {
  return /^[0-9a-f]{40}(?=$|_)/.exec(key)?.[0];
}

interface Request {
  readonly apiUrl: string;
  readonly apiToken: string;
  readonly pageSize: number;
  readonly path: string;
  readonly signal: AbortSignal;
}

/** Page by page, as `additional_data.pagination` says. */
async function* readPages({ apiUrl, apiToken, pageSize, path, signal }: Request): AsyncGenerator<readonly Loose[]> {
  for (let start: number | undefined = 0; start !== undefined; ) {
    const url = new URL(path, apiUrl);
    url.search = new URLSearchParams({ start: String(start), limit: String(pageSize) }).toString();
    const response = await fetch(url, { headers: { "x-api-token": apiToken }, signal });
    if (!response.ok) throw new Error(`${url} answered ${response.status} ${response.statusText}`);
    const { data, additional_data } = (await response.json()) as Answer;
    yield data ?? [];
    const pagination: Pagination | undefined = additional_data?.pagination;
    start = pagination?.more_items_in_collection ? pagination.next_start : undefined;
  }
}

interface Answer {
  /** Null when there are none. */
  readonly data: readonly Loose[] | null;
  readonly additional_data?: { readonly pagination?: Pagination };
}

interface Pagination {
  readonly more_items_in_collection: boolean;
  readonly next_start?: number;
}
