// Loads recorded GitHub webhooks into github.duckdb: 58 event types, each with its nested tables.
import { pipeline } from "leat";
import { duckdb } from "leat/destinations/duckdb";
import { recordedDeliveries, webhooks } from "./deliveries.ts";

const p = pipeline({ name: "github_webhooks", destination: duckdb("github.duckdb"), datasetName: "github" });
const info = await p.run(webhooks(recordedDeliveries()));
console.log(`${info}\n`);

await using sql = p.sqlClient();
console.log("Labels of pull requests, rebuilt from the nested table:");
console.table(
  await sql.query(
    `SELECT any_value(event.action) AS action, any_value(event.number) AS number, any_value(event.pull_request__title) AS title,
            list(label.name ORDER BY label._dlt_list_idx) AS labels
     FROM pull_request AS event
     JOIN pull_request__pull_request__labels AS label ON label._dlt_parent_id = event._dlt_id
     GROUP BY event._dlt_id ORDER BY action LIMIT 10`,
  ),
);
