import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Delivery, recordedDeliveries, webhooks } from "../../examples/github-webhooks/deliveries.ts";
import type { RunInfo } from "../../src/index.ts";
import { type Machine, machine, query, tables } from "./local-pipeline.ts";

const deliveries = recordedDeliveries();
/** The last one comes later. */
const [latest, ...earlier] = [...deliveries].reverse() as [Delivery, ...Delivery[]];
earlier.reverse();

describe("recorded GitHub webhooks", () => {
  const dir = mkdtempSync(join(realpathSync(tmpdir()), "leat-webhooks-"));
  const local: Machine = machine(dir);

  beforeAll(() => run(earlier));
  afterAll(() => rmSync(dir, { recursive: true }));

  function run(delivered: readonly Delivery[]): Promise<RunInfo> {
    return local.pipeline().run(webhooks(delivered));
  }

  test("give a table per event type and per list in the payloads, with as many rows as the documents say", async () => {
    expect(await rowCounts(local)).toEqual(expectedCounts(earlier));
  });

  test("have a parent for each nested row", async () => {
    const nested = Object.values(local.pipeline().defaultSchema!.tables).filter((table) => table.parent !== undefined);
    expect(nested.length).toBeGreaterThan(60);
    const orphans = nested.map(
      ({ name, parent }) => `SELECT '${name}' AS name FROM "${name}" WHERE _dlt_parent_id NOT IN (SELECT _dlt_id FROM "${parent}")`,
    );
    expect(await query(local.pipeline(), orphans.join(" UNION ALL "))).toEqual([]);
  });

  test("join back to the documents: labels of pull requests", async () => {
    const rebuilt = await query<{ labels: unknown }>(
      local.pipeline(),
      `SELECT CAST(list({ id: label.id, name: label.name, color: label.color, "default": label.default } ORDER BY label._dlt_list_idx)
                   FILTER (label._dlt_id IS NOT NULL) AS JSON) AS labels
       FROM pull_request AS event LEFT JOIN pull_request__pull_request__labels AS label ON label._dlt_parent_id = event._dlt_id
       GROUP BY event.rowid ORDER BY event.rowid`,
    );
    const documents = payloads<{ pull_request: { labels: Label[] } }>("pull_request").map((event) =>
      event.pull_request.labels.map(({ id, name, color, default: isDefault }) => ({ id, name, color, default: isDefault })),
    );
    expect(documents.flat().length).toBeGreaterThan(20);
    expect(rebuilt.map((row) => parsedList(row.labels))).toEqual(documents);
  });

  test("join back to the documents over two levels: files of the commits of a push", async () => {
    const rebuilt = await query<{ commits: unknown }>(
      local.pipeline(),
      `WITH commits AS (
         SELECT one._dlt_parent_id, one._dlt_list_idx, one.id, one.author__email, file.files
         FROM push__commits AS one
         LEFT JOIN (SELECT _dlt_parent_id, list(value ORDER BY _dlt_list_idx) AS files FROM push__commits__added GROUP BY 1) AS file
           ON file._dlt_parent_id = one._dlt_id
       )
       SELECT CAST(list({ id: commits.id, email: author__email, added: coalesce(files, []) } ORDER BY _dlt_list_idx)
                   FILTER (commits.id IS NOT NULL) AS JSON) AS commits
       FROM push AS event LEFT JOIN commits ON commits._dlt_parent_id = event._dlt_id
       GROUP BY event.rowid ORDER BY event.rowid`,
    );
    const documents = payloads<{ commits: Commit[] }>("push").map((event) =>
      event.commits.map(({ id, author, added }) => ({ id, email: author.email, added })),
    );
    expect(documents.flat().flatMap((commit) => commit.added).length).toBeGreaterThan(0);
    expect(rebuilt.map((row) => parsedList(row.commits))).toEqual(documents);
  });

  test("are not loaded again by a second run", async () => {
    expect((await run(earlier)).packages).toEqual([]);
    expect(await rowCounts(local)).toEqual(expectedCounts(earlier));
  });

  test("are not loaded again on a clean machine: state and schema come back from the database", async () => {
    const schema = local.pipeline().defaultSchema;
    local.wipe();
    expect((await run(earlier)).packages).toEqual([]);
    expect(local.pipeline().defaultSchema).toEqual(schema);
    expect(await rowCounts(local)).toEqual(expectedCounts(earlier));
  });

  test("go on with the delivery that came in the meantime", async () => {
    const info = await run(deliveries);
    expect(info.rowCounts[latest.event]).toBe(1);
    expect(await rowCounts(local)).toEqual(expectedCounts(deliveries));
  });
});

interface Label {
  readonly id: number;
  readonly name: string;
  readonly color: string;
  readonly default: boolean;
}

interface Commit {
  readonly id: string;
  readonly author: { readonly email: string };
  readonly added: readonly string[];
}

function payloads<Payload>(event: string): Payload[] {
  return earlier.filter((delivery) => delivery.event === event).map((delivery) => delivery.payload as unknown as Payload);
}

function parsedList(json: unknown): unknown {
  return json === null ? [] : JSON.parse(String(json));
}

async function rowCounts(local: Machine): Promise<Record<string, number>> {
  const p = local.pipeline();
  const counts = (await tables(p)).map((name) => `SELECT '${name}' AS name, count(*) AS rows FROM "${name}"`);
  const rows = await query<{ name: string; rows: number }>(p, counts.join(" UNION ALL "));
  return Object.fromEntries(rows.map((row) => [row.name, row.rows]));
}

/** What the documents say, by a walk that knows nothing of leat: a row per document, and one per member of each list. */
function expectedCounts(delivered: readonly Delivery[]): Record<string, number> {
  const counts: Record<string, number> = {};
  const add = (table: string): void => {
    counts[table] = (counts[table] ?? 0) + 1;
  };
  const walk = (value: unknown, path: string): void => {
    if (Array.isArray(value)) {
      for (const member of value) {
        add(path);
        walk(member, Array.isArray(member) ? `${path}__list` : path);
      }
    } else if (typeof value === "object" && value !== null) {
      for (const [key, member] of Object.entries(value)) walk(member, `${path}__${columnName(key)}`);
    }
  };
  for (const { event, payload } of delivered) {
    add(event);
    walk(payload, event);
  }
  return counts;
}

function columnName(key: string): string {
  return key.replace(/([a-z\d])([A-Z])/g, "$1_$2").toLowerCase();
}
