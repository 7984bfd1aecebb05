import { ConfigError } from "../core/errors.ts";
import type { StandardSchema } from "../core/standard-schema.ts";

/** Throws ConfigError for what is no Standard Schema. */
export function checkRowSchema(owner: string, schema: unknown): void {
  const standard = (schema as Partial<StandardSchema> | null | undefined)?.["~standard"];
  if (typeof standard?.validate === "function") return;
  throw new ConfigError(`The schema of ${owner} has to be a Standard Schema, as those of zod, valibot and arktype are.`);
}
