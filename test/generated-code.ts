import ts from "typescript";
import { z } from "zod";
import * as leat from "../src/index.ts";

/** The zod schemas that a generated module exports, by name. */
export function zodSchemas(text: string): { readonly [name: string]: z.ZodType } {
  const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS };
  const { outputText } = ts.transpileModule(text, { compilerOptions: options });
  const exports: Record<string, z.ZodType> = {};
  const modules: Record<string, object> = { leat, zod: { z } };
  new Function("require", "exports", outputText)((name: string) => modules[name], exports);
  return exports;
}

/** What rows are as JSON: bytes as base64, the rest as JSON.stringify writes it. */
export function asJson(rows: readonly unknown[]): unknown {
  return JSON.parse(
    JSON.stringify(rows, function (this: Record<string, unknown>, key, value: unknown) {
      const plain = this[key];
      return plain instanceof Uint8Array ? Buffer.from(plain).toString("base64") : value;
    }),
  );
}
