import { expect, test } from "vitest";
import { configProject } from "../../test/config-project.ts";
import { ConfigError } from "../core/errors.ts";
import { textAt } from "./text-at.ts";

const path = ["destination", "lake", "destination_type"];

test("environment, secrets.toml, config.toml; with the name of the pipeline before all of them", async () => {
  const config = '[destination.lake]\ndestination_type = "from config"\n';
  const secrets = '[destination.lake]\ndestination_type = "from secrets"\n';
  const inFiles = configProject({ files: { "project/.leat/config.toml": config, "project/.leat/secrets.toml": secrets } });
  expect((await textAt(path, { environment: inFiles })).text).toBe("from secrets");
  const env = { DESTINATION__LAKE__DESTINATION_TYPE: "from env" };
  expect((await textAt(path, { environment: { ...inFiles, env } })).text).toBe("from env");
  const own = configProject({ env, files: { "project/.leat/config.toml": `[shop.destination.lake]\ndestination_type = "of shop"\n` } });
  expect((await textAt(path, { environment: own, pipelineName: "shop" })).text).toBe("of shop");
});

test("fewer sections are not looked at", async () => {
  const environment = configProject({ env: { DESTINATION_TYPE: "postgres", DESTINATION__DESTINATION_TYPE: "postgres" } });
  const { text, lookedAt } = await textAt(path, { environment });
  expect(text).toBeUndefined();
  expect(lookedAt).toEqual([
    "environment DESTINATION__LAKE__DESTINATION_TYPE",
    "secrets.toml destination.lake.destination_type",
    "config.toml destination.lake.destination_type",
  ]);
});

test("what is no text is refused", async () => {
  const environment = configProject({ files: { "project/.leat/config.toml": "[destination.lake]\ndestination_type = 5\n" } });
  await expect(textAt(path, { environment })).rejects.toThrow(ConfigError);
  await expect(textAt(path, { environment: configProject({ env: { DESTINATION__LAKE__DESTINATION_TYPE: " " } }) })).rejects.toThrow(
    /not blank/,
  );
});
