import { ConfigError } from "../core/errors.ts";
import { PlainDate } from "../core/plain-date.ts";
import { converted, initialValueOf, numberOr } from "../pipeline/incremental-config.ts";
import type { Pipeline } from "../pipeline/pipeline-type.ts";
import type { BackfillFlags } from "./backfill-flags.ts";
import { runScript } from "./run-script.ts";

export interface BackfillScriptOptions extends BackfillFlags {
  readonly json: boolean;
  readonly debug: boolean;
  readonly verbose: number;
}

/** Takes pipeline and data from what a script exports, and loads the ranges that are missing. */
export async function backfillScript(file: string, options: BackfillScriptOptions): Promise<void> {
  const { json, debug, verbose, parallel } = options;
  await runScript(file, { scriptArguments: [], json, debug, verbose }, async (exports) => {
    const pipeline = pipelineIn(exports, file);
    const data = dataIn(exports, file, options.export);
    const like = likeOf(data, options.type);
    await pipeline.backfill(data, {
      from: cursorValueOf(like, options.from, "--from") as never,
      to: cursorValueOf(like, options.to, "--to") as never,
      every: numberOr(options.every) as never,
      ...(parallel === undefined ? {} : { parallel: Number(parallel) }),
    });
  });
}

type Data = Parameters<Pipeline["backfill"]>[0];
type Exports = Readonly<Record<string, unknown>>;

function pipelineIn(exports: Exports, file: string): Pipeline {
  // A value may have two names.
  const [found, ...more] = new Set(Object.values(exports).filter(isPipeline));
  if (found !== undefined && more.length === 0) return found;
  throw new ConfigError(
    `\`${file}\` exports ${found === undefined ? "no pipeline" : "several pipelines"}: export the one to load with, export const p = pipeline(...).`,
  );
}

function dataIn(exports: Exports, file: string, name: string | undefined): Data {
  const all = Object.entries(exports).filter(([, value]) => isData(value));
  const names = all.map(([each]) => each).join(", ");
  if (name !== undefined) {
    const found = all.find(([each]) => each === name)?.[1];
    if (found !== undefined) return found as Data;
    throw new ConfigError(`\`${file}\` exports no resource or source \`${name}\`; it has ${names || "none"}.`);
  }
  const [found, ...more] = new Set(all.map(([, value]) => value));
  if (found !== undefined && more.length === 0) return found as Data;
  if (found === undefined) throw new ConfigError(`\`${file}\` exports no resource or source: export const events = resource(...).`);
  throw new ConfigError(`\`${file}\` exports several resources and sources (${names}): name one with --export.`);
}

function isPipeline(value: unknown): value is Pipeline {
  const { backfill, workingDir } = (value ?? {}) as Partial<Pipeline>;
  return typeof backfill === "function" && typeof workingDir === "string";
}

function isData(value: unknown): boolean {
  return typeof value === "object" && value !== null && ("~definition" in value || "~source" in value);
}

/** A value of the type that the cursor has. */
function likeOf(data: object, type: string | undefined): unknown {
  switch (type) {
    case undefined:
      return initialValueOf(data);
    case "text":
      return "";
    case "number":
      return 0;
    case "date":
      return new Date(0);
    case "plain-date":
      return PlainDate.from("1970-01-01");
    default:
      throw new ConfigError(`--type is \`${type}\`: give text, number, date or plain-date.`);
  }
}

function cursorValueOf(like: unknown, text: string, option: string): unknown {
  try {
    const value = converted(like, text);
    if (value !== undefined) return value;
  } catch {
    // Told below.
  }
  const type = typeof like === "object" && like !== null ? like.constructor.name : typeof like;
  throw new ConfigError(`${option} is \`${text}\`, which is no ${type}, as the values of the cursor are.`);
}
