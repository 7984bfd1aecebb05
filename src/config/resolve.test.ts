import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type ConfigProject, configProject } from "../../test/config-project.ts";
import { ConfigError } from "../core/errors.ts";
import { field } from "./field.ts";
import { type ResolvedSetting, resolveConfig } from "./resolve.ts";
import type { ConfigOverrides, ConfigSpec } from "./spec.ts";
import { withTextForm } from "./text-form.ts";

const resolve = <Spec extends ConfigSpec>(spec: Spec, project: ConfigProject = {}, overrides?: ConfigOverrides<Spec>) =>
  resolveConfig(spec, { environment: configProject(project), overrides, sections: ["sources", "crm"] });

const failure = async <Spec extends ConfigSpec>(
  spec: Spec,
  project: ConfigProject = {},
  overrides?: ConfigOverrides<Spec>,
): Promise<ConfigError> => {
  const error = await resolve(spec, project, overrides).then(
    () => expect.unreachable("it resolved"),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ConfigError);
  return error as ConfigError;
};

describe("values", () => {
  const spec = {
    token: field.secret("Token."),
    host: field.text("Host.", { default: "localhost" }),
    port: field.count("Port.", { default: 5432 }),
    ratio: field.optional(field.number("Ratio.")),
    isOn: field.flag("On.", { default: false }),
    since: field.timestamp("Since.", { default: new Date(0) }),
    wait: field.duration("Wait.", { default: "5s" }),
    mode: field.oneOf("Mode.", ["a", "b"], { default: "a" }),
    tables: field.list("Tables.", { default: [] }),
    options: field.json("Options.", { schema: z.object({ a: z.number() }), default: { a: 1 } }),
    client: field.given<() => string>("Client.", { default: () => "default" }),
    db: { user: field.text("User.", { default: "me" }), deep: { x: field.optional(field.text("X.")) } },
  };

  it("are the defaults where nothing else is said; an optional one is undefined", async () => {
    const config = await resolve(spec, { env: { TOKEN: "t" } });
    expect(config).toMatchObject({
      token: "t",
      host: "localhost",
      port: 5432,
      isOn: false,
      wait: "5s",
      mode: "a",
      tables: [],
      options: { a: 1 },
    });
    expect(config).toHaveProperty("ratio", undefined);
    expect(config.since).toEqual(new Date(0));
    expect(config.client()).toBe("default");
    expect(config.db).toEqual({ user: "me", deep: { x: undefined } });
  });

  it("may have names that every object has: groups are named after resources", async () => {
    const names = ["__proto__", "constructor"];
    const odd: ConfigSpec = Object.fromEntries(names.map((name) => [name, { name: field.text("Name.", { default: "d" }) }]));
    const config = await resolve(odd, {}, {});
    expect(Object.entries(config)).toEqual(names.map((name) => [name, { name: "d" }]));
  });

  it("come from the environment as texts", async () => {
    const env = {
      SOURCES__CRM__TOKEN: "t",
      SOURCES__CRM__PORT: "1",
      SOURCES__CRM__RATIO: "1.5",
      SOURCES__CRM__IS_ON: "yes",
      SOURCES__CRM__SINCE: "2024-01-02",
      SOURCES__CRM__WAIT: "2h",
      SOURCES__CRM__MODE: "b",
      SOURCES__CRM__TABLES: '["x"]',
      SOURCES__CRM__OPTIONS: '{"a": 2}',
      SOURCES__CRM__CLIENT: "a client is never looked up",
      SOURCES__CRM__DB__USER: "u",
      SOURCES__CRM__DB__DEEP__X: "x",
    };
    const { since, client, ...config } = await resolve(spec, { env });
    expect(since.getTime()).toBe(Date.UTC(2024, 0, 2));
    expect(client()).toBe("default");
    expect(config).toEqual({
      token: "t",
      host: "localhost",
      port: 1,
      ratio: 1.5,
      isOn: true,
      wait: "2h",
      mode: "b",
      tables: ["x"],
      options: { a: 2 },
      db: { user: "u", deep: { x: "x" } },
    });
  });

  it("come from toml with their type", async () => {
    const files = {
      "project/.leat/secrets.toml": 'token = "t"',
      "project/.leat/config.toml":
        '[sources.crm]\nport = 1\nis_on = true\nsince = 2024-01-02\ntables = ["x"]\noptions = { a = 2 }\n[sources.crm.db]\nuser = "u"',
    };
    const config = await resolve(spec, { files });
    expect(config).toMatchObject({ token: "t", port: 1, isOn: true, tables: ["x"], options: { a: 2 }, db: { user: "u" } });
    expect(config.since.getTime()).toBe(Date.UTC(2024, 0, 2));
  });

  it("given in code count before all others; undefined is not given", async () => {
    const env = { SOURCES__CRM__TOKEN: "env", SOURCES__CRM__HOST: "env" };
    const client = () => "mine";
    const config = await resolve(spec, { env }, { token: "code", host: undefined, client, options: { a: 3 }, db: { user: "code" } });
    expect(config).toMatchObject({ token: "code", host: "env", client, options: { a: 3 }, db: { user: "code" } });
  });

  it("are frozen, groups too", async () => {
    const config = await resolve(spec, { env: { TOKEN: "t", TABLES: '["x"]' } });
    expect([config, config.db, config.db.deep, config.tables].every(Object.isFrozen)).toBe(true);
  });

  it("of a group with settings named kind and doc are no setting themselves", async () => {
    expect(
      await resolve({ group: { kind: field.text("K."), doc: field.text("D.") } }, { env: { GROUP__KIND: "k", GROUP__DOC: "d" } }),
    ).toEqual({
      group: { kind: "k", doc: "d" },
    });
  });
});

describe("the error", () => {
  it("names all that is missing, and for each every place in order", async () => {
    const error = await failure({
      apiToken: field.secret("API token."),
      db: { host: field.text("Host.") },
      client: field.given("Client."),
    });
    expect(error.lookedAt).toEqual([
      "environment SOURCES__CRM__API_TOKEN",
      "environment SOURCES__API_TOKEN",
      "environment API_TOKEN",
      "secrets.toml sources.crm.api_token",
      "secrets.toml sources.api_token",
      "secrets.toml api_token",
      "environment SOURCES__CRM__DB__HOST",
      "environment SOURCES__DB__HOST",
      "environment DB__HOST",
      "secrets.toml sources.crm.db.host",
      "secrets.toml sources.db.host",
      "secrets.toml db.host",
      "config.toml sources.crm.db.host",
      "config.toml sources.db.host",
      "config.toml db.host",
    ]);
    expect(error.message.replace(/\/\S*\/leat-config-\w+/g, "")).toMatchInlineSnapshot(`
      "3 settings of \`sources.crm\` are missing.
      - \`apiToken\` (a secret) is missing: API token.
        Looked at in this order; set one of these, or give it in code:
          environment SOURCES__CRM__API_TOKEN
          environment SOURCES__API_TOKEN
          environment API_TOKEN
          secrets.toml sources.crm.api_token
          secrets.toml sources.api_token
          secrets.toml api_token
      - \`db.host\` is missing: Host.
        Looked at in this order; set one of these, or give it in code:
          environment SOURCES__CRM__DB__HOST
          environment SOURCES__DB__HOST
          environment DB__HOST
          secrets.toml sources.crm.db.host
          secrets.toml sources.db.host
          secrets.toml db.host
          config.toml sources.crm.db.host
          config.toml sources.db.host
          config.toml db.host
      - \`client\` is missing: Client.
        It can be given in code only.
      Files: /run/secrets (not there), /project/.leat/secrets.toml (not there), /global/secrets.toml (not there), /project/.leat/config.toml (not there), /global/config.toml (not there)."
    `);
  });

  it("is one for missing and wrong values, and for names that are no settings", async () => {
    const spec = { host: field.text("Host."), port: field.count("Port."), mode: field.oneOf("Mode.", ["a", "b"]) };
    const overrides = { mode: "c", hots: "h" } as unknown as ConfigOverrides<typeof spec>;
    const error = await failure(spec, { env: { PORT: "many", HOST: "h" } }, overrides);
    expect(error.message).toMatchInlineSnapshot(`
      "3 settings of \`sources.crm\` are wrong.
      - \`hots\` is not a setting. Did you mean \`host\`? There are: \`host\`, \`port\`, \`mode\`.
      - \`port\` must be an integer of 0 or more, but environment PORT is \`many\`.
      - \`mode\` must be one of \`a\`, \`b\`, but the value given in code is \`c\`."
    `);
    expect(error.lookedAt).toEqual([]);
  });

  it("names the file that holds a placeholder", async () => {
    const environment = configProject({ files: { "project/.leat/secrets.toml": '[sources.crm]\ntoken = "<configure me>"' } });
    const error: Error = await resolveConfig({ token: field.secret("T.") }, { environment, sections: ["sources", "crm"] }).catch(
      (thrown) => thrown,
    );
    const file = join(environment.projectDir, ".leat/secrets.toml");
    expect(error.message).toContain(`secrets.toml sources.crm.token in ${file} (holds the placeholder <configure me>)`);
  });

  it("names the file that holds a wrong value", async () => {
    const error = await failure({ port: field.count("Port.") }, { files: { "global/config.toml": 'port = "x"' } });
    expect(error.message).toMatch(/`port` must be an integer of 0 or more, but config\.toml port in \S+\/global\/config\.toml is `x`\./);
  });

  it("for a secret in config.toml says where to put it, but a better place before it is fine", async () => {
    const spec = { token: field.secret("Token.") };
    const files = { "project/.leat/config.toml": 'token = "hunter2"' };
    const error = await failure(spec, { files });
    expect(error.message).toMatch(
      /`token` is a secret, but it stands in config\.toml token in \S+config\.toml\. Move it to secrets\.toml, or to environment SOURCES__CRM__TOKEN\./,
    );
    expect(error.message).not.toContain("hunter2");
    expect(await resolve(spec, { files, env: { TOKEN: "t" } })).toEqual({ token: "t" });
  });

  it("shows no secret and no long value", async () => {
    const spec = { token: field.secret("Token."), port: field.count("Port.") };
    const files = { "project/.leat/secrets.toml": 'token = ["hunter2"]' };
    const error = await failure(spec, { files, env: { PORT: "x".repeat(1000) } });
    expect(error.message).toContain("`token` must be a text, but secrets.toml token in ");
    expect(error.message).not.toContain("hunter2");
    expect(error.message).toContain(`\`${"x".repeat(60)}…\``);
    expect(error.cause).toBeUndefined();
  });

  it("has the exit code of a wrong setting", async () => {
    expect(await failure({ k: field.text("K.") })).toMatchObject({ code: "config", exitCode: 2, retryable: false });
  });
});

describe("the trace", () => {
  it("says of each value where it came from, and of a secret and a client no more than that", async () => {
    const trace: ResolvedSetting[] = [];
    const spec = {
      token: field.secret("T."),
      host: field.text("H."),
      pageSize: field.count("P."),
      mode: field.text("M.", { default: "m" }),
      client: field.given<object>("C."),
      none: field.optional(field.text("N.")),
    };
    const environment = configProject({
      env: { SOURCES__TOKEN: "hunter2" },
      files: { "project/.leat/config.toml": "[p.sources.crm]\npage_size = 7" },
    });
    await resolveConfig(spec, {
      environment,
      sections: ["sources", "crm"],
      pipelineName: "p",
      overrides: { host: "h", client: { password: "hunter2" } },
      onResolved: (setting) => trace.push(setting),
    });
    expect(trace).toEqual([
      { key: "SOURCES__TOKEN", value: "*****", provider: "environment" },
      { key: "sources.crm.host", value: "h", provider: "code" },
      { key: "p.sources.crm.page_size", value: 7, provider: "config.toml" },
      { key: "sources.crm.mode", value: "m", provider: "default" },
      { key: "sources.crm.client", value: "(given in code)", provider: "code" },
    ]);
  });
});

describe("a group with a text form", () => {
  const parse = (text: string) => {
    const [host, password] = text.split("/");
    if (host === "bad") throw new ConfigError("Write `host/password`.");
    return { host, password };
  };
  const credentials = withTextForm(
    { host: field.text("Host."), password: field.secret("Password."), port: field.count("Port.", { default: 1 }) },
    parse,
  );
  const spec = { credentials };

  it("is read from one text", async () => {
    expect(await resolve(spec, { env: { SOURCES__CRM__CREDENTIALS: "h/p" } })).toEqual({
      credentials: { host: "h", password: "p", port: 1 },
    });
  });

  it("takes the rest from elsewhere: code before the text, the text before single settings", async () => {
    const env = { CREDENTIALS: "h", CREDENTIALS__HOST: "single", CREDENTIALS__PASSWORD: "single", CREDENTIALS__PORT: "2" };
    expect(await resolve(spec, { env })).toEqual({ credentials: { host: "h", password: "single", port: 2 } });
    expect(await resolve(spec, { env }, { credentials: { host: "code" } })).toEqual({
      credentials: { host: "code", password: "single", port: 2 },
    });
  });

  it("says in the trace what the text said of each setting", async () => {
    const trace: ResolvedSetting[] = [];
    const environment = configProject({ env: { CREDENTIALS: "h/hunter2" } });
    await resolveConfig(spec, { environment, onResolved: (setting) => trace.push(setting) });
    expect(trace).toEqual([
      { key: "CREDENTIALS (host)", value: "h", provider: "environment" },
      { key: "CREDENTIALS (password)", value: "*****", provider: "environment" },
      { key: "credentials.port", value: 1, provider: "default" },
    ]);
  });

  it("may be a table all the same", async () => {
    const files = { "project/.leat/secrets.toml": '[credentials]\nhost = "h"\npassword = "p"' };
    expect(await resolve(spec, { files })).toEqual({ credentials: { host: "h", password: "p", port: 1 } });
  });

  it("is mentioned where its settings are missing", async () => {
    const error = await failure(spec);
    expect(error.message).toContain("Or give all settings of its group as one text in environment SOURCES__CRM__CREDENTIALS.");
  });

  it("that cannot be read is one problem, without the text", async () => {
    const error = await failure(spec, { env: { CREDENTIALS: "bad/hunter2" } });
    expect(error.message).toBe(
      "A setting of `sources.crm` is wrong.\n- `credentials` cannot be read from environment CREDENTIALS: Write `host/password`.",
    );
  });

  it("is a secret: not in config.toml", async () => {
    const error = await failure(spec, { files: { "project/.leat/config.toml": 'credentials = "h/hunter2"' } });
    expect(error.message).toMatch(/`credentials` is a secret, but it stands in config\.toml/);
    expect(error.message).not.toContain("hunter2");
  });
});
