/** A small example that runs as it is. */
export interface SourceTemplate {
  readonly about: string;
  /** The script; the destination is put in place of `DESTINATION`. */
  readonly script: string;
  /** Further files by path. */
  readonly files?: { readonly [path: string]: string };
}

export const sourceTemplates: { readonly [name: string]: SourceTemplate } = {
  rows: {
    about: "rows from anywhere: a list, or whatever can be iterated",
    script: `import { pipeline } from "leat";

const rows = [
  { id: 1, name: "Ada", tags: ["x", "y"] },
  { id: 2, name: "Grace", tags: ["z"] },
];

const p = pipeline({ name: "rows", destination: "DESTINATION", datasetName: "rows_data" });
await p.run(rows, { tableName: "people", writeDisposition: "replace" });
`,
  },
  api: {
    about: "a paged API: a resource that remembers in its state where it stopped",
    script: `import { pipeline, resource, type ResourceContext } from "leat";

type Order = { id: number; customer: { name: string }; lines: { sku: string }[] };

// Stands in for the API. Put your own request here, for example: await (await fetch(url, { signal })).json()
async function requestPage(after: number): Promise<Order[]> {
  const orders = [1, 2, 3, 4, 5].map((id) => ({ id, customer: { name: "Ada" }, lines: [{ sku: \`A-\${id}\` }] }));
  return orders.filter((order) => order.id > after).slice(0, 2);
}

const orders = resource("orders", { primaryKey: "id" }, async function* ({ state }: ResourceContext<{ after?: number }>) {
  // What is put into the state is committed with the rows: the next run goes on from there.
  for (;;) {
    const page = await requestPage(state.after ?? 0);
    if (page.length === 0) return;
    state.after = page.at(-1)!.id;
    yield page;
  }
});

const p = pipeline({ name: "api", destination: "DESTINATION", datasetName: "api_data" });
await p.run(orders);
`,
  },
  files: {
    about: "files with a JSON document per line: each is loaded once",
    script: `import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { createInterface } from "node:readline";
import { pipeline, resource, type ResourceContext } from "leat";

const folder = new URL("data/", import.meta.url);

const events = resource("events", async function* ({ state }: ResourceContext<{ files?: string[] }>) {
  const loaded = (state.files ??= []);
  for (const file of (await readdir(folder)).sort()) {
    if (loaded.includes(file)) continue;
    for await (const line of createInterface({ input: createReadStream(new URL(file, folder)) })) {
      if (line.trim() !== "") yield JSON.parse(line) as { id: number };
    }
    loaded.push(file);
  }
});

const p = pipeline({ name: "files", destination: "DESTINATION", datasetName: "files_data" });
await p.run(events);
`,
    files: { "data/events.jsonl": '{"id": 1, "kind": "open"}\n{"id": 2, "kind": "close", "after": {"seconds": 3}}\n' },
  },
};

export interface DestinationTemplate {
  readonly about: string;
  /** Packages that it needs besides leat, with their versions. */
  readonly packages: { readonly [name: string]: string };
  readonly config: string;
  readonly secrets: string;
  /** Files of data in the folder, for .gitignore. */
  readonly dataFiles: readonly string[];
}

const noSecrets = "# Passwords and keys of your own sources: [sources.NAME]\n";

export const destinationTemplates: { readonly [name: string]: DestinationTemplate } = {
  duckdb: {
    about: "embedded DuckDB: a file in this folder, nothing to set up",
    packages: {},
    config: `# The file; default <pipeline name>.duckdb in this folder.
# [destination.duckdb.credentials]
# database = "data.duckdb"
`,
    secrets: noSecrets,
    dataFiles: ["*.duckdb", "*.duckdb.wal"],
  },
  sqlite: {
    about: "embedded SQLite: a file for each dataset in this folder, nothing to set up",
    packages: { "better-sqlite3": "^12.0.0" },
    config: `# The path that the files of the datasets are named after; default <pipeline name>.db in this folder.
# [destination.sqlite.credentials]
# database = "data.db"
`,
    secrets: noSecrets,
    dataFiles: ["*.db", "*.db-wal", "*.db-shm"],
  },
  postgres: {
    about: "a PostgreSQL server",
    packages: { pg: "^8.11.0", "pg-copy-streams": "^7.0.0", "pg-cursor": "^2.10.0" },
    config: `[destination.postgres.credentials]
host = "localhost"
port = 5432
database = "CHANGE_ME"
username = "CHANGE_ME"
`,
    secrets: `[destination.postgres.credentials]
password = "CHANGE_ME"
`,
    dataFiles: [],
  },
};
