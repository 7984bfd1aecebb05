import type { NamingRules } from "./naming-rules.ts";
import { snakeCase } from "./snake-case.ts";

/** As snake_case, for Amazon S3 Tables: table names do not begin with an underscore. */
export const s3Tables: NamingRules = {
  ...snakeCase,
  maxLength: 255,
  rewriteTable: (identifier) => identifier.replace(/^_+/, ""),
};
