// Random documents through DuckDB and back: npm run fuzz -- --documents 100000 --seed 7
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { documents: { type: "string", default: "100000" }, seed: { type: "string" } } });
for (const [name, value] of Object.entries(values)) {
  if (/^\d+$/.test(value)) continue;
  console.error(`--${name} takes a number, not ${value}.`);
  process.exit(2);
}
const env = {
  ...process.env,
  LEAT_FUZZ_DOCUMENTS: values.documents,
  ...(values.seed === undefined ? {} : { LEAT_FUZZ_SEED: values.seed }),
};
const { status } = spawnSync("npx", ["vitest", "run", "--typecheck.enabled=false", "test/fuzz"], { env, stdio: "inherit" });
process.exit(status ?? 1);
