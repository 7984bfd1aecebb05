import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { digest128 } from "../../src/core/digest.ts";
import { type Pipeline, type ResourceHints, resource, type SqlClient } from "../../src/index.ts";
import { localPipeline } from "./local-pipeline.ts";

interface Doc {
  readonly id: number;
  readonly v: number;
  readonly gone: boolean | null;
  readonly tags: readonly number[];
}

/** What a strategy makes of batches, said in the plainest way. */
interface Model {
  take(batch: readonly Doc[], step: number): void;
  /** Rows and nested rows, in order. */
  tables(): Tables;
}

interface Tables {
  readonly rows: readonly object[];
  readonly tags: readonly object[];
}

const small = fc.integer({ min: 0, max: 3 });
const docs = (gone: fc.Arbitrary<boolean | null>) =>
  fc.uniqueArray(fc.record({ id: fc.integer({ min: 0, max: 5 }), v: small, gone, tags: fc.array(small, { maxLength: 3 }) }), {
    selector: (doc) => doc.id,
    maxLength: 6,
  });
const flags = fc.constantFrom(true, false, null);
const hardDelete = { gone: { dataType: "bool", hardDelete: true } } as const;
const isSqlite = process.env["LEAT_TEST_ON"] === "sqlite";

describe("whatever comes in whatever batches, a table is what the model of its strategy says", () => {
  test.skipIf(isSqlite)("upsert", async () => {
    await follows(docs(flags), upsertModel, () => ({
      writeDisposition: { disposition: "merge", strategy: "upsert" },
      primaryKey: "id",
      columns: hardDelete,
    }));
  });

  test.skipIf(isSqlite)("insert-only", async () => {
    await follows(docs(flags), insertOnlyModel, () => ({
      writeDisposition: { disposition: "merge", strategy: "insert-only" },
      primaryKey: "id",
      columns: hardDelete,
    }));
  });

  test("scd2, where a row that is absent has ended", async () => {
    await follows(
      docs(fc.constant(null)),
      () => scd2Model(false),
      (step) => ({ writeDisposition: scd2At(step) }),
    );
  });

  test("scd2 with a merge key, where a row that is absent goes on", async () => {
    await follows(
      docs(fc.constant(null)),
      () => scd2Model(true),
      (step) => ({ writeDisposition: scd2At(step), mergeKey: "id" }),
    );
  });
});

/** Several tables share a pipeline, since a run takes longer than the merge of a few rows. */
async function follows(batches: fc.Arbitrary<Doc[]>, model: () => Model, hints: (step: number) => ResourceHints): Promise<void> {
  const histories = fc.array(fc.array(batches, { minLength: 4, maxLength: 4 }), { minLength: 6, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(histories, async (tables) => {
      const shop = localPipeline();
      const models = tables.map(model);
      for (const step of [0, 1, 2, 3]) {
        await shop.run(tables.map((history, at) => resource(`items_${at}`, hints(step), history[step]! as readonly object[])));
        for (const [at, history] of tables.entries()) models[at]!.take(history[step]!, step);
        await using client = shop.sqlClient();
        const found = await Promise.all(tables.map((_, at) => loaded(shop, client, `items_${at}`)));
        expect(found).toEqual(models.map((one) => one.tables()));
      }
    }),
    { numRuns: 2 },
  );
}

function upsertModel(): Model {
  const rows = new Map<number, Doc>();
  return {
    take(batch) {
      for (const doc of batch) {
        if (doc.gone === true && rows.has(doc.id)) rows.delete(doc.id);
        // As with dlt: what is deleted before it was there comes; what is nested in it does not.
        else rows.set(doc.id, doc.gone === true ? { ...doc, tags: [] } : doc);
      }
    },
    tables: () => ({
      rows: inOrder([...rows.values()].map(({ id, v, gone }) => ({ id, v, gone }))),
      tags: inOrder([...rows.values()].flatMap(({ id, tags }) => tags.map((value, index) => ({ id: keyOf(id), index, value })))),
    }),
  };
}

function insertOnlyModel(): Model {
  const rows = new Map<number, Doc>();
  const tags = new Map<string, object>();
  return {
    take(batch) {
      for (const doc of batch) {
        if (doc.gone !== true && !rows.has(doc.id)) rows.set(doc.id, doc);
        // As with dlt: what is nested comes where its id is new, whatever becomes of its root row.
        for (const [index, value] of doc.tags.entries()) {
          const key = `${doc.id}/${index}`;
          if (!tags.has(key)) tags.set(key, { id: keyOf(doc.id), index, value });
        }
      }
    },
    tables: () => ({ rows: inOrder([...rows.values()].map(({ id, v, gone }) => ({ id, v, gone }))), tags: inOrder([...tags.values()]) }),
  };
}

interface Version {
  readonly doc: Doc;
  readonly from: number;
  to: number | null;
}

function scd2Model(keepsAbsent: boolean): Model {
  const versions: Version[] = [];
  const textOf = ({ id, v, tags }: Doc) => JSON.stringify([id, v, tags]);
  return {
    take(batch, step) {
      if (batch.length === 0) return;
      const staged = new Set(batch.map(textOf));
      for (const version of versions) {
        if (version.to !== null || staged.has(textOf(version.doc))) continue;
        if (!keepsAbsent || batch.some((doc) => doc.id === version.doc.id)) version.to = step;
      }
      const current = new Set(versions.filter(({ to }) => to === null).map(({ doc }) => textOf(doc)));
      for (const doc of batch) if (!current.has(textOf(doc))) versions.push({ doc, from: step, to: null });
    },
    tables: () => ({
      rows: inOrder(versions.map(({ doc: { id, v }, from, to }) => ({ id, v, from, to }))),
      // A version that comes again is one with those nested rows that are there.
      tags: inOrder(
        [...new Map(versions.map(({ doc }) => [textOf(doc), doc])).values()].flatMap(({ id, v, tags }) =>
          tags.map((value, index) => ({ id: `${id}/${v}/${tags.length}`, index, value })),
        ),
      ),
    }),
  };
}

function scd2At(step: number) {
  return { disposition: "merge", strategy: "scd2", boundaryTimestamp: `2024-01-0${step + 1}T00:00:00Z` } as const;
}

async function loaded(shop: Pipeline, client: SqlClient, table: string): Promise<Tables> {
  const known = Object.keys(shop.defaultSchema?.tables ?? {});
  const rowsOf = async (name: string) => (known.includes(name) ? await client.query<Row>(`SELECT * FROM ${name}`) : []);
  const rows = await rowsOf(table);
  const tags = await rowsOf(`${table}__tags`);
  const isHistory = rows.some((row) => "_dlt_valid_from" in row);
  const roots = new Map(rows.map((row) => [row._dlt_id, row]));
  return {
    rows: inOrder(
      rows.map(({ id, v, gone = null, _dlt_valid_from: from, _dlt_valid_to: to }) =>
        isHistory ? { id, v, from: stepOf(from!), to: to == null ? null : stepOf(to) } : { id, v, gone },
      ),
    ),
    tags: inOrder(
      tags.map(({ _dlt_parent_id: parent, _dlt_list_idx: index, value }) => {
        const root = roots.get(parent!);
        const siblings = tags.filter((tag) => tag._dlt_parent_id === parent).length;
        return { id: isHistory ? `${root!.id}/${root!.v}/${siblings}` : keyOf(keyIds.get(parent!)!), index, value };
      }),
    ),
  };
}

interface Row {
  readonly id: number;
  readonly v: number;
  readonly gone?: boolean | null;
  readonly value?: number;
  readonly _dlt_id: string;
  readonly _dlt_parent_id?: string;
  readonly _dlt_list_idx?: number;
  readonly _dlt_valid_from?: Date;
  readonly _dlt_valid_to?: Date | null;
}

/** The ids that rows get from their key, also of rows that are not there any more: by dlt's vectors, digest128 of `{"id":n}`. */
const keyIds: ReadonlyMap<string, number> = new Map([0, 1, 2, 3, 4, 5].map((id) => [digest128(`{"id":${id}}`, 10), id]));

function keyOf(id: number): string {
  return `key ${id}`;
}

function stepOf(at: Date): number {
  return at.getUTCDate() - 1;
}

function inOrder(rows: readonly object[]): readonly object[] {
  return [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}
