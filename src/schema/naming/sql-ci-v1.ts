import type { NamingRules } from "./naming-rules.ts";
import { sqlCsV1 } from "./sql-cs-v1.ts";

/** As sql_cs_v1, in lower case. */
export const sqlCiV1: NamingRules = {
  ...sqlCsV1,
  isCaseSensitive: false,
  rewrite: (name) => sqlCsV1.rewrite(name).toLowerCase(),
};
