import { describe, expect, it } from "vitest";
import { configProject } from "../../test/config-project.ts";
import { readFixture } from "../../test/fixtures.ts";
import type { ConfigError } from "../core/errors.ts";
import { field } from "./field.ts";
import { resolveConfig } from "./resolve.ts";
import { sectionPaths } from "./section-paths.ts";
import type { ConfigSpec } from "./spec.ts";

interface Trace {
  readonly provider: string;
  readonly key: string;
  readonly sections: readonly string[];
}
type Traces = { readonly [field: string]: readonly (Trace | { readonly nested_spec: string; readonly traces: Traces })[] };

interface Vectors {
  readonly missing_traces: readonly { readonly what: string; readonly traces: Traces }[];
  readonly precedence: {
    readonly "config.toml": string;
    readonly "secrets.toml": string;
    readonly env: Readonly<Record<string, string>>;
    readonly results: Readonly<Record<string, Readonly<Record<string, string>>>>;
  };
}

const { missing_traces, precedence } = readFixture<Vectors>("config.json");

const credentials: ConfigSpec = {
  database: field.text("Database."),
  password: field.secret("Password."),
  username: field.text("Role."),
  host: field.text("Host."),
};

/** The same lookups in leat. A source argument without a value is a text, and a secret for what dlt marks as one. */
const questions: Readonly<
  Record<string, { readonly spec: ConfigSpec; readonly sections: readonly string[]; readonly pipelineName: string }>
> = {
  "postgres destination credentials in pipeline cfg_pg": {
    spec: { credentials },
    sections: ["destination", "postgres"],
    pipelineName: "cfg_pg",
  },
  "named postgres destination `prod`": { spec: { credentials }, sections: ["destination", "prod"], pipelineName: "cfg_pg2" },
  "source argument (source my_src in section my_sec), no pipeline": {
    spec: { apiKey: field.secret("Key."), page: field.count("Page.") },
    sections: ["sources", "my_sec", "my_src"],
    pipelineName: "cfg_pg2", // of the pipeline that was active when the vector was made
  },
  "standalone resource argument in pipeline cfg_pipe": {
    spec: { token: field.secret("Token.") },
    sections: ["sources", "my_sec", "my_res"],
    pipelineName: "cfg_pipe",
  },
  "filesystem bucket_url": { spec: { bucketUrl: field.text("URL.") }, sections: ["destination", "filesystem"], pipelineName: "cfg_fs" },
};

/** The places of all fields of a trace, in order, as leat names them. */
function places(traces: Traces): Trace[] {
  const all = Object.values(traces).flat();
  return all.flatMap((trace) =>
    "nested_spec" in trace ? places(trace.traces) : [{ ...trace, provider: providers[trace.provider] ?? trace.provider }],
  );
}

const providers: Readonly<Record<string, string>> = { "Environment Variables": "environment" };

describe("every place is looked at in dlt's order", () => {
  it.each(missing_traces)("$what", async ({ what, traces }) => {
    const question = questions[what]!;
    const error: ConfigError = await resolveConfig(question.spec, { ...question, environment: configProject() }).then(
      () => expect.unreachable(),
      (thrown) => thrown,
    );
    expect(error.lookedAt).toEqual(places(traces).map(({ provider, key }) => `${provider} ${key}`));
  });

  it.each(missing_traces)("under the same sections: $what", ({ what, traces }) => {
    const { spec, sections } = questions[what]!;
    const groups = "credentials" in spec ? ["credentials"] : [];
    const asked = places(traces).map((trace) => trace.sections.join("."));
    expect(new Set(asked)).toEqual(new Set(sectionPaths(sections, groups).map((path) => path.join("."))));
  });
});

describe("differs from dlt on purpose", () => {
  it("a toml file that is empty or not there is named all the same: it is a place where the value can be put", async () => {
    const error: ConfigError = await resolveConfig({ k: field.text("K.") }, { environment: configProject() }).catch((thrown) => thrown);
    expect(error.lookedAt).toEqual(["environment K", "secrets.toml k", "config.toml k"]);
  });

  it("the folder is .leat, since a tool must not take over the settings of another one", async () => {
    const environment = configProject({ files: { "project/.dlt/config.toml": 'k = "dlt"', "project/.leat/config.toml": 'k = "leat"' } });
    expect(await resolveConfig({ k: field.text("K.") }, { environment })).toEqual({ k: "leat" });
  });

  it("a placeholder counts as missing, dlt only warns", async () => {
    const environment = configProject({ env: { K: "<configure me>" }, files: { "project/.leat/config.toml": 'k = "real"' } });
    expect(await resolveConfig({ k: field.text("K.") }, { environment })).toEqual({ k: "real" });
  });

  it("a section that has the name of a setting is not its value, dlt takes it as JSON text", async () => {
    const environment = configProject({ files: { "project/.leat/config.toml": 'users = "all"\n[sources.users]\nhost = "h"' } });
    expect(await resolveConfig({ users: field.text("Users.") }, { environment, sections: ["sources", "crm"] })).toEqual({ users: "all" });
  });

  it("a table of credentials may be in config.toml where it holds no secret, dlt refuses it", async () => {
    const environment = configProject({
      env: { CREDENTIALS__PASSWORD: "p" },
      files: { "project/.leat/config.toml": '[credentials]\nhost = "h"' },
    });
    const spec = { credentials: { host: field.text("Host."), password: field.secret("Password.") } };
    expect(await resolveConfig(spec, { environment })).toEqual({ credentials: { host: "h", password: "p" } });
  });
});

describe("the value nearest to the pipeline and the source counts", () => {
  const spec = { k1: field.text("1"), k2: field.text("2"), k3: field.text("3"), top: field.text("4"), only_config: field.text("5") };
  const files = { "project/.leat/config.toml": precedence["config.toml"], "project/.leat/secrets.toml": precedence["secrets.toml"] };
  const cases = {
    no_pipeline: { env: {}, pipelineName: undefined },
    with_pipe_a_active: { env: {}, pipelineName: "pipe_a" },
    with_env: { env: precedence.env, pipelineName: "pipe_a" },
  };

  it("has a case for every vector", () => {
    expect(Object.keys(cases)).toEqual(Object.keys(precedence.results));
  });

  it.each(Object.entries(cases))("%s", async (name, { env, pipelineName }) => {
    const environment = configProject({ env, files });
    const config = await resolveConfig(spec, { environment, pipelineName, sections: ["sources", "sec", "src"] });
    expect(config).toEqual(precedence.results[name]);
  });

  it("a pipeline's value in config.toml beats the environment without its name", async () => {
    const environment = configProject({ env: { SOURCES__SEC__SRC__K1: "env" }, files });
    const options = { environment, pipelineName: "pipe_a", sections: ["sources", "sec", "src"] };
    expect(await resolveConfig({ k1: spec.k1 }, options)).toEqual({ k1: "cfg_pipe" });
  });
});
