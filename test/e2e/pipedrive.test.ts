import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { pipedrive } from "../../examples/pipedrive/pipedrive.ts";
import { hashes, type PipedriveServer, startPipedriveServer, token } from "../../examples/pipedrive/server.ts";
import { failure, type Machine, machine, query, values } from "./local-pipeline.ts";

let server: PipedriveServer;
let local: Machine;

beforeEach(async () => {
  local = machine();
  server = await startPipedriveServer();
  onTestFinished(() => server[Symbol.asyncDispose]());
});

const crm = (pageSize = 2) => pipedrive({ apiUrl: server.url, apiToken: token, pageSize });

describe("the Pipedrive example", () => {
  test("S12 S13 names the columns of custom fields by their labels, and shows the labels of choices", async () => {
    const p = local.pipeline();
    await p.run(crm());
    expect(await query(p, "SELECT id, deal_size, yearly_budget, yearly_budget_currency FROM deals ORDER BY id")).toEqual([
      { id: 1, deal_size: "Large", yearly_budget: 1200, yearly_budget_currency: "EUR" },
      { id: 2, deal_size: "Small", yearly_budget: null, yearly_budget_currency: null },
      { id: 3, deal_size: null, yearly_budget: 300, yearly_budget_currency: "USD" },
    ]);
    expect(await query(p, "SELECT name, CAST(birthday AS TEXT) AS birthday FROM persons ORDER BY id")).toEqual([
      { name: "Ala", birthday: "1990-04-01" },
      { name: "Bob", birthday: null },
    ]);
    expect(await values(p, "SELECT customer_tier FROM organizations ORDER BY id")).toEqual(["Gold", "Silver"]);
    expect(
      await query(
        p,
        "SELECT id, deals__products.value FROM deals__products JOIN deals ON deals._dlt_id = _dlt_parent_id ORDER BY id, _dlt_list_idx",
      ),
    ).toEqual([
      { id: 1, value: "Flour" },
      { id: 1, value: "Ovens" },
      { id: 2, value: "Training" },
    ]);
    const columns = await values(p, "SELECT column_name FROM information_schema.columns WHERE table_schema = 'data'");
    expect(columns.filter((name) => /^_?[0-9a-f]{40}/.test(String(name)))).toEqual([]);
    expect(p.state.sources?.["pipedrive"]).toMatchObject({
      custom_fields_mapping: {
        deals: { [hashes.dealSize]: { name: "Deal size", options: { 200: "Small", 201: "Medium", 202: "Large" } } },
      },
    });
  });

  test("reads all pages", async () => {
    const p = local.pipeline();
    await p.run(crm(1));
    expect(await values(p, "SELECT id FROM deals ORDER BY id")).toEqual([1, 2, 3]);
    expect(server.requests.filter((path) => path.startsWith("/v1/deals?"))).toEqual([0, 1, 2].map((n) => `/v1/deals?start=${n}&limit=1`));
  });

  test("asks for no record before all fields are known", async () => {
    await local.pipeline().run(crm());
    const firstRecord = server.requests.findIndex((path) => !path.includes("Fields"));
    expect(server.requests.findLastIndex((path) => path.includes("Fields"))).toBe(firstRecord - 1);
  });

  test("a field that was renamed keeps its column, on another machine too; the mapping shows its new label", async () => {
    await local.pipeline().run(crm());
    local.wipe();
    const fields = server.collections["dealFields"]!;
    Object.assign(fields.find(({ key }) => key === hashes.dealSize)!, { name: "Size of the deal" });
    server.collections["deals"] = [{ id: 4, title: "New", [hashes.dealSize]: "201" }];
    const p = local.pipeline();
    await p.run(crm());
    expect(await values(p, "SELECT deal_size FROM deals ORDER BY id")).toEqual(["Large", "Small", null, "Medium"]);
    expect(await query(p, `SELECT name, label FROM custom_fields_mapping__fields WHERE hash = '${hashes.dealSize}'`)).toEqual([
      { name: "Deal size", label: "Size of the deal" },
    ]);
  });

  test("two fields with one label, and a label that every record has as a field, get columns of their own", async () => {
    const [a, b] = ["a".repeat(40), "b".repeat(40)];
    server.collections["dealFields"]!.push(
      { key: a, name: "Deal Size", field_type: "varchar", options: null },
      { key: b, name: "Title", field_type: "varchar", options: null },
    );
    Object.assign(server.collections["deals"]![0]!, { [a]: "other", [b]: "Dr." });
    const p = local.pipeline();
    await p.run(crm());
    expect(await query(p, "SELECT title, deal_size, deal_size_aaaaaa, title_bbbbbb FROM deals WHERE id = 1")).toEqual([
      { title: "Bakery Ala", deal_size: "Large", deal_size_aaaaaa: "other", title_bbbbbb: "Dr." },
    ]);
  });

  test("works when only a reader is asked for", async () => {
    const p = local.pipeline();
    await p.run(crm().withResources("deals"));
    expect(await values(p, "SELECT deal_size FROM deals ORDER BY id")).toEqual(["Large", "Small", null]);
  });

  test("fails with the address and the status when the token is wrong", async () => {
    const error = await failure(() => local.pipeline().run(pipedrive({ apiUrl: server.url, apiToken: "wrong" })));
    expect(error).toMatchObject({ code: "resource-failed", resource: "custom_fields_mapping" });
    expect(String(error)).toContain("answered 401");
  });
});
