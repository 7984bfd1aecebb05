import { describe, expect, test } from "vitest";
import { ConfigError, field, resource, source } from "../../src/index.ts";
import { inProject } from "./in-project.ts";
import { failure, localPipeline, query } from "./local-pipeline.ts";

const crm = source(
  "crm",
  {
    config: {
      apiToken: field.secret("API token."),
      host: field.text("Host name.", { default: "crm.example" }),
      pageSize: field.count("Rows per page.", { default: 100 }),
      tables: field.optional(field.list("Tables to read.")),
      client: field.given<{ name: string }>("HTTP client.", { default: { name: "default client" } }),
    },
  },
  ({ config }) => resource("settings", [{ ...config, client: config.client.name }]),
);
const settings = "SELECT api_token, host, page_size, client FROM settings ORDER BY _dlt_load_id";

const toml = inProject(/CRM|SOURCES__/);

describe("the config of a source comes from", () => {
  test("the arguments of its call", async () => {
    const p = localPipeline();
    await p.run(crm({ apiToken: "a", host: "h", pageSize: 5, client: { name: "mine" } }));
    expect(await query(p, settings)).toEqual([{ api_token: "a", host: "h", page_size: 5, client: "mine" }]);
  });

  test("environment variables", async () => {
    process.env["SOURCES__CRM__API_TOKEN"] = "from env";
    process.env["SOURCES__PAGE_SIZE"] = "7";
    const p = localPipeline();
    await p.run(crm());
    expect(await query(p, settings)).toEqual([{ api_token: "from env", host: "crm.example", page_size: 7, client: "default client" }]);
  });

  test("secrets.toml and config.toml", async () => {
    toml("secrets", '[sources.crm]\napi_token = "from secrets"\n');
    toml("config", '[sources.crm]\nhost = "from config"\npage_size = 9\n');
    const p = localPipeline();
    await p.run(crm({ pageSize: undefined }));
    expect(await query(p, settings)).toEqual([{ api_token: "from secrets", host: "from config", page_size: 9, client: "default client" }]);
  });

  test("arguments before environment before files", async () => {
    toml("secrets", '[sources.crm]\napi_token = "file"\nhost = "file"\npage_size = 1\n');
    process.env["SOURCES__CRM__API_TOKEN"] = "env";
    process.env["SOURCES__CRM__HOST"] = "env";
    const p = localPipeline();
    await p.run(crm({ apiToken: "argument" }));
    expect(await query(p, settings)).toEqual([{ api_token: "argument", host: "env", page_size: 1, client: "default client" }]);
  });

  test("the section of the pipeline before that of all", async () => {
    toml("secrets", '[sources.crm]\napi_token = "all"\n[shop.sources.crm]\napi_token = "shop"\n');
    const [shop, other] = [localPipeline(), localPipeline({ name: "other" })];
    await shop.run(crm());
    await other.run(crm());
    expect(await query(shop, "SELECT api_token FROM settings")).toEqual([{ api_token: "shop" }]);
    expect(await query(other, "SELECT api_token FROM settings")).toEqual([{ api_token: "all" }]);
  });

  test("the section that the source was declared with, also under another name", async () => {
    const declared = source("crm", { section: "vendors", config: { host: field.text("Host name.") } }, ({ config }) =>
      resource("settings", [config]),
    );
    process.env["SOURCES__VENDORS__CRM__HOST"] = "declared";
    const p = localPipeline();
    await p.run(declared().withName("crm_copy"));
    expect(await query(p, "SELECT host FROM settings")).toEqual([{ host: "declared" }]);
  });
});

test("the trace says where a setting came from, and masks secrets", async () => {
  process.env["SOURCES__CRM__API_TOKEN"] = "top secret";
  const p = localPipeline();
  const { trace } = await p.run(crm({ host: "h" }));
  const found = trace.resolvedConfig.find((setting) => setting.key.toLowerCase().endsWith("token"));
  expect(found).toMatchObject({ value: "*****", provider: "environment" });
  expect(JSON.stringify(trace)).not.toContain("top secret");
});

describe("a setting that is missing", () => {
  test("throws a ConfigError that lists every place looked at, before anything runs", async () => {
    const p = localPipeline();
    const error = (await failure(() => p.run(crm()))) as ConfigError;
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain("`apiToken` (a secret) is missing: API token.");
    expect(error.lookedAt).toContain("environment SHOP__SOURCES__CRM__API_TOKEN");
    expect(error.lookedAt).toContain("environment SOURCES__CRM__API_TOKEN");
    expect(error.lookedAt).toContain("environment API_TOKEN");
    expect(error.lookedAt).toContain("secrets.toml sources.crm.api_token");
    expect(error.message).toContain("environment SOURCES__CRM__API_TOKEN");
    expect(p.hasPendingData).toBe(false);
  });

  test("is an error of build() too", async () => {
    expect(await failure(() => crm().build())).toMatchObject({ code: "config" });
  });
});

test("a secret in config.toml is refused", async () => {
  toml("config", '[sources.crm]\napi_token = "exposed"\n');
  const error = await failure(() => localPipeline().run(crm()));
  expect(String(error)).toContain("is a secret, but it stands in");
  expect(String(error)).not.toContain("exposed");
});

test("an override that does not exist is refused", async () => {
  expect(String(await failure(() => localPipeline().run(crm({ apiTokn: "x" } as never))))).toContain("`apiTokn` is not a setting");
});
