// Loads deals, persons and organizations of Pipedrive into pipedrive.duckdb, with the labels of custom fields for column names.
//
// Without a token it asks a local stand-in. The real service:
//   SOURCES__PIPEDRIVE__API_TOKEN=... leat run examples/pipedrive/main.ts
import { pipeline } from "leat";
import { duckdb } from "leat/destinations/duckdb";
import { pipedrive } from "./pipedrive.ts";
import { startPipedriveServer, token } from "./server.ts";

const server = process.env["SOURCES__PIPEDRIVE__API_TOKEN"] === undefined ? await startPipedriveServer() : undefined;
const p = pipeline({ name: "pipedrive", destination: duckdb("pipedrive.duckdb"), datasetName: "crm" });
try {
  const info = await p.run(pipedrive(server === undefined ? {} : { apiUrl: server.url, apiToken: token }));
  console.log(`${info}\n`);

  console.log("What the state of the source remembers of the fields of deals:");
  console.log((p.state.sources?.["pipedrive"]?.["custom_fields_mapping"] as { deals?: unknown } | undefined)?.deals);

  if (server !== undefined) {
    await using sql = p.sqlClient();
    console.log("\nThe deals in pipedrive.duckdb:");
    console.table(await sql.query("SELECT id, title, deal_size, yearly_budget, yearly_budget_currency FROM deals ORDER BY id"));
  }
} finally {
  await server?.[Symbol.asyncDispose]();
}
