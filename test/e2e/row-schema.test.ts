import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { type PipelineEvent, rawJson, resource, type StandardSchema, transformer, withHints, withTableName } from "../../src/index.ts";
import { failure, localPipeline, query, tables } from "./local-pipeline.ts";

interface Parcel {
  id: number;
  note?: string | undefined;
  weight: number;
  sent: Date;
}

const asNumber = (text: string): number => Number(text);

const zodParcel = z.object({
  id: z.int(),
  note: z.string().max(40).optional(),
  weight: z.union([z.number(), z.string().transform(asNumber).pipe(z.number())]).default(1),
  sent: z.coerce.date(),
});
const valibotParcel = v.object({
  id: v.pipe(v.number(), v.integer()),
  note: v.optional(v.pipe(v.string(), v.maxLength(40))),
  weight: v.optional(v.pipe(v.union([v.number(), v.string()]), v.transform(Number), v.number()), 1),
  sent: v.pipe(
    v.union([v.string(), v.date()]),
    v.transform((at) => new Date(at)),
    v.date(),
  ),
});
const arkParcel = type({
  id: "number.integer",
  "note?": "string <= 40",
  weight: "number = 1",
  sent: "Date | string.date.parse",
});

const libraries: readonly (readonly [name: string, schema: StandardSchema<Parcel>])[] = [
  ["zod", zodParcel],
  ["valibot", toStandardJsonSchema(valibotParcel)],
  ["arktype", arkParcel as unknown as StandardSchema<Parcel>],
];

const sent = "2026-02-01T10:00:00Z";

describe.each(libraries)("a row schema of %s", (name, schema) => {
  test("replaces each row by what it makes of it: conversions, defaults, unknown keys", async () => {
    const p = localPipeline();
    await p.run(
      resource("parcels", { schema }, () => [
        { id: 1, sent },
        { id: 2, weight: 2.5, sent, note: "fragile" },
      ]),
    );
    expect(await query(p, "SELECT id, weight, note, sent FROM parcels ORDER BY id")).toEqual([
      { id: 1, weight: 1, note: null, sent: new Date(sent) },
      { id: 2, weight: 2.5, note: "fragile", sent: new Date(sent) },
    ]);
  });

  test("tells types and what may be missing, before any row says so", async () => {
    const p = localPipeline();
    await p.run(resource("parcels", { schema }, () => [{ id: 1, sent }]));
    expect(p.defaultSchema!.tables["parcels"]!.columns).toMatchObject({
      id: { data_type: "bigint", nullable: false },
      note: { data_type: "text", nullable: true, precision: 40 },
      // The JSON Schema of valibot does not tell that a value with a default is always there.
      weight: { data_type: "double", nullable: name === "valibot" },
      sent: { data_type: "timestamp", nullable: false },
    });
  });

  test("refuses a row that does not fit, by number and path, and nothing is kept", async () => {
    const p = localPipeline();
    const parcels = resource("parcels", { schema }, function* () {
      yield [{ id: 1, sent }];
      yield [
        { id: 2, sent },
        { id: "three", sent },
      ];
    });
    expect(await failure(() => p.run(parcels))).toMatchObject({
      code: "row-invalid",
      resource: "parcels",
      rowIndex: 2,
      path: "$.id",
      message: expect.stringMatching(/^Row 2 of resource `parcels` does not fit its schema. `\$\.id`: .*discard_row/),
    });
    expect(p.hasPendingData).toBe(false);
  });

  test("leaves out rows that do not fit with discard_row, and tells how many", async () => {
    const events: PipelineEvent[] = [];
    const p = localPipeline({ onEvent: (event) => void events.push(event) });
    const rows = [{ id: "x", sent }, { id: 1, sent }, { id: "y", sent }, { sent }];
    const info = await p.run(resource("parcels", { schema, schemaContract: { dataType: "discard_row" } }, () => rows));
    expect(info.rowCounts["parcels"]).toBe(1);
    const discarded = events.filter((event) => event.type === "row-discarded");
    expect(discarded).toHaveLength(3 - discarded.filter((event) => event.rows === 2).length);
    expect(discarded.reduce((sum, event) => sum + event.rows, 0)).toBe(3);
    expect(discarded[0]).toMatchObject({
      table: "parcels",
      discarded: "row",
      loadId: info.loadIds[0],
      reason: expect.stringMatching(/^it does not fit the schema of resource `parcels`: `\$\.id`: /),
    });
  });
});

describe("where rows are checked", () => {
  const schema = z.object({ id: z.int() });

  test("after all steps, so that a step can mend them", async () => {
    const p = localPipeline();
    const mended = resource("parcels", { schema }, [{ id: "1" } as never]).map((row) => ({ id: Number(row.id) }));
    expect((await p.run(mended)).rowCounts["parcels"]).toBe(1);
    const broken = resource("others", { schema }, [{ id: 1 }]).map(() => ({ id: "no number" }));
    expect(await failure(() => p.run(broken))).toMatchObject({ code: "row-invalid", resource: "others" });
  });

  test("before transformers and loops get them, also where the rows themselves are not loaded", async () => {
    const parent = resource("parents", { schema: z.object({ at: z.coerce.date() }), selected: false }, () => [{ at: sent }]);
    const years = transformer(parent, "years", (row) => ({ year: row.at.getUTCFullYear() }));
    const seen: number[] = [];
    for await (const row of years) seen.push(row.year);
    expect(seen).toEqual([2026]);
    const p = localPipeline();
    await p.run([parent, years]);
    expect(await query(p, "SELECT year FROM years")).toEqual([{ year: 2026 }]);
    expect(await tables(p)).toEqual(["years"]);
  });

  test("rows of a transformer are checked by its own schema", async () => {
    const parents = resource("parents", [{ id: 1 }]);
    const details = transformer(parents, "details", { schema }, () => [{ id: "x" }]);
    expect(await failure(() => localPipeline().run(details))).toMatchObject({ code: "row-invalid", resource: "details", path: "$.id" });
  });

  test("before a function names their table; marked rows are checked, too", async () => {
    const p = localPipeline();
    const event = z.discriminatedUnion("kind", [
      z.object({ kind: z.literal("opened"), at: z.coerce.date() }),
      z.object({ kind: z.literal("closed"), at: z.coerce.date(), reason: z.string() }),
    ]);
    const rows = [
      { kind: "opened", at: sent },
      { kind: "closed", at: sent, reason: "paid" },
    ];
    await p.run(resource("events", { schema: event, tableName: (row) => `${row.kind}_${row.at.getUTCFullYear()}` }, () => rows));
    expect(await tables(p)).toEqual(["closed_2026", "opened_2026"]);
    const opened = p.defaultSchema!.tables["opened_2026"]!.columns;
    // What all members have is known of every table.
    expect(opened).toMatchObject({ kind: { data_type: "text", nullable: false }, at: { data_type: "timestamp", nullable: false } });
    expect(opened).not.toHaveProperty("reason");
    const marked = resource("marked", { schema }, () => [withTableName({ id: "x" }, "elsewhere")]);
    expect(await failure(() => p.run(marked))).toMatchObject({ code: "row-invalid" });
  });

  test("with a check that is asynchronous rows keep their order", async () => {
    const slow = z.object({ id: z.int() }).refine(async ({ id }) => {
      await new Promise((resolve) => setTimeout(resolve, 10 - id));
      return id !== 7;
    }, "no seven");
    const rows = [1, 2, 3, 4].map((id) => ({ id }));
    const seen: number[] = [];
    for await (const row of resource("numbers", { schema: slow }, () => [rows])) seen.push(row.id);
    expect(seen).toEqual([1, 2, 3, 4]);
    const seven = resource("numbers", { schema: slow }, () => [[...rows, { id: 7 }]]);
    expect(await failure(() => localPipeline().run(seven))).toMatchObject({ code: "row-invalid", rowIndex: 4, path: "$" });
  });

  test("rows that are JSON text are parsed for it", async () => {
    const p = localPipeline();
    const raw = resource("raw", { schema: z.object({ id: z.int(), at: z.coerce.date() }) }, () => [
      rawJson(`[{"id": 1, "at": "${sent}"}]`),
    ]);
    await p.run(raw);
    expect(await query(p, `SELECT id, "at" FROM raw`)).toEqual([{ id: 1, at: new Date(sent) }]);
    const broken = resource("broken", { schema }, () => [rawJson('{"id": 1}\n{"id": "x"}')]);
    expect(await failure(() => p.run(broken))).toMatchObject({ code: "row-invalid", rowIndex: 1, path: "$.id" });
  });

  test("a schema that throws is a failure of its resource", async () => {
    const broken: StandardSchema<{ id: number }> = {
      "~standard": {
        version: 1,
        vendor: "mine",
        validate: () => {
          throw new Error("out of order");
        },
      },
    };
    expect(await failure(() => localPipeline().run(resource("r", { schema: broken }, [{ id: 1 }])))).toMatchObject({
      code: "resource-failed",
      message: expect.stringContaining("out of order"),
    });
  });

  test("run() takes a schema for rows without a resource, and in place of that of a resource", async () => {
    const p = localPipeline();
    await p.run([{ id: 1 }], { tableName: "plain", schema });
    expect(p.defaultSchema!.tables["plain"]!.columns["id"]).toMatchObject({ data_type: "bigint", nullable: false });
    expect(await failure(() => p.run([{ id: "x" }] as never, { tableName: "plain", schema }))).toMatchObject({ code: "row-invalid" });
    const strict = resource("own", { schema: z.object({ id: z.string() }) }, [{ id: 1 } as never]);
    expect((await p.run(strict, { schema: schema as never })).rowCounts["own"]).toBe(1);
  });
});

describe("contracts", () => {
  const schema = z.object({ id: z.int() });

  test("evolve takes a row that does not fit as it came", async () => {
    const p = localPipeline();
    await p.run(resource("r", { schema, schemaContract: { dataType: "evolve" } }, [{ id: 1 }, { id: 2.5, extra: true } as never]));
    expect((await query(p, "SELECT count(*) AS n FROM r"))[0]).toEqual({ n: 2 });
  }, 20_000);

  test("discard_value for types is refused: a schema does not say what is left of a row", async () => {
    for (const schemaContract of ["discard_value", { dataType: "discard_value" }] as const) {
      const refused = resource("r", { schema, schemaContract }, [{ id: 1 }]);
      expect(await failure(() => localPipeline().run(refused))).toMatchObject({ code: "config", message: expect.stringContaining("`r`") });
    }
  });

  test("keys that the schema lets through are columns, those it refuses are no rows", async () => {
    const p = localPipeline();
    await p.run(resource("loose", { schema: z.looseObject({ id: z.int() }) }, [{ id: 1, extra: "x" }]));
    expect(await query(p, "SELECT id, extra FROM loose")).toEqual([{ id: 1, extra: "x" }]);
    const strict = resource("strict", { schema: z.strictObject({ id: z.int() }) }, [{ id: 1, extra: "x" } as never]);
    expect(await failure(() => p.run(strict))).toMatchObject({ code: "row-invalid", path: "$", message: expect.stringContaining("extra") });
  });

  test("a mark changes what becomes of rows from there on", async () => {
    const p = localPipeline();
    const rows = resource("r", { schema }, function* () {
      yield { id: 1 };
      yield withHints({ id: "x" } as never, { schemaContract: { dataType: "discard_row" } });
      yield { id: 2 };
    });
    expect((await p.run(rows)).rowCounts["r"]).toBe(2);
  });
});

describe("hints", () => {
  const address = z.object({ street: z.string(), zip: z.string().optional() });
  const customer = z.object({
    customerId: z.int(),
    address,
    tags: z.array(z.string()),
    orders: z.array(z.object({ total: z.number() })),
  });
  const row = { customerId: 1, address: { street: "Main" }, tags: ["a"], orders: [{ total: 2 }] };

  test("nested values stay together as JSON", async () => {
    const p = localPipeline();
    await p.run(resource("customers", { schema: customer }, [row]));
    expect(await tables(p)).toEqual(["customers"]);
    expect(p.defaultSchema!.tables["customers"]!.columns).toMatchObject({
      customer_id: { data_type: "bigint" },
      address: { data_type: "json", nullable: false },
      tags: { data_type: "json" },
      orders: { data_type: "json" },
    });
  });

  test("maxTableNesting takes all of them apart, nestedHints and columns those they name", async () => {
    const p = localPipeline();
    await p.run(resource("customers", { schema: customer, maxTableNesting: 2 }, [row]));
    expect(await tables(p)).toEqual(["customers", "customers__orders", "customers__tags"]);
    expect(p.defaultSchema!.tables["customers"]!.columns).toMatchObject({
      address__street: { data_type: "text", nullable: false },
      address__zip: { data_type: "text", nullable: true },
    });
    const some = resource("some", { schema: customer, nestedHints: { orders: { columns: { total: { dataType: "decimal" } } } } }, [row]);
    await p.run(some.applyHints({ columns: { address__zip: { description: "As on the parcel." } } }));
    expect(p.defaultSchema!.tables).toHaveProperty("some__orders");
    expect(p.defaultSchema!.tables["some__orders"]!.columns["total"]).toMatchObject({ data_type: "decimal" });
    expect(p.defaultSchema!.tables["some"]!.columns).toMatchObject({
      tags: { data_type: "json" },
      address__zip: { data_type: "text", description: "As on the parcel." },
    });
  });

  test("those of the user win, one by one", async () => {
    const p = localPipeline();
    const schema = z.object({ createdAt: z.iso.datetime().describe("From the shop."), n: z.number() });
    await p.run(
      resource("r", { schema, columns: { createdAt: { timezone: false }, n: { dataType: "decimal" } } }, [{ createdAt: sent, n: 1 }]),
    );
    expect(p.defaultSchema!.tables["r"]!.columns).toMatchObject({
      created_at: { data_type: "timestamp", nullable: false, timezone: false, description: "From the shop." },
      n: { data_type: "decimal", nullable: false },
    });
  });

  test("a type that a table has stays, and what does not fit it goes to a variant column", async () => {
    const p = localPipeline();
    await p.run(resource("r", [{ n: 1 }]));
    await p.run(resource("r", { schema: z.object({ n: z.string() }) }, [{ n: "many" }]));
    expect(await query(p, "SELECT n, n__v_text FROM r ORDER BY n")).toEqual(
      expect.arrayContaining([
        { n: 1, n__v_text: null },
        { n: null, n__v_text: "many" },
      ]),
    );
  });

  test("a library without JSON Schema still checks and types; its columns are inferred", async () => {
    const p = localPipeline();
    await p.run(resource("r", { schema: v.object({ id: v.number() }), primaryKey: "id" }, [{ id: 1.5 }]));
    expect(p.defaultSchema!.tables["r"]!.columns["id"]).toMatchObject({ data_type: "double" });
  });

  test("a schema that fails when it is asked for JSON Schema is told of, and checks", async () => {
    const events: PipelineEvent[] = [];
    const p = localPipeline({ onEvent: (event) => void events.push(event) });
    const standard = {
      ...z.object({ id: z.int() })["~standard"],
      vendor: "mine",
      jsonSchema: {
        output: () => {
          throw new Error("cannot say");
        },
      },
    };
    await p.run(resource("r", { schema: { "~standard": standard } as StandardSchema<{ id: number }> }, [{ id: 1 }]));
    expect(events).toContainEqual(
      expect.objectContaining({ type: "warning", code: "row-schema", message: expect.stringContaining("cannot say") }),
    );
  });
});

test("what is no Standard Schema is refused", async () => {
  expect(() => resource("r", { schema: { id: "number" } as never }, [])).toThrow("`r` has to be a Standard Schema");
  expect(await failure(() => localPipeline().run([{ id: 1 }], { tableName: "r", schema: {} as never }))).toMatchObject({ code: "config" });
});
