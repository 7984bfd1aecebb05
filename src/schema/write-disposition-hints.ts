import { ConfigError } from "../core/errors.ts";
import { timestampText } from "../core/timestamp.ts";
import type { ColumnSchema } from "./document.ts";
import { given, oneOf } from "./given.ts";
import {
  type MergeStrategy,
  mergeStrategies,
  replaceStrategies,
  type Scd2Disposition,
  type WriteDisposition,
  writeDispositions,
} from "./hint-options.ts";
import { microsOfHint } from "./scd2.ts";

/** The stored hints of a write disposition. What an object leaves out stays as it is stored. */
export function dispositionHints(option: WriteDisposition | undefined): object {
  if (option === undefined) return {};
  if (typeof option === "string") return { write_disposition: oneOf("writeDisposition", option, writeDispositions) };
  const write_disposition = oneOf("writeDisposition.disposition", option.disposition, writeDispositions);
  refuseUnknown(option);
  if (option.disposition === "merge") return { ...mergeHints(option), write_disposition };
  return { ...given({ "x-replace-strategy": "strategy" in option ? replaceStrategy(option.strategy) : undefined }), write_disposition };
}

/** The columns that a write disposition adds to its table, by names as the user knows them. */
export function dispositionColumns(option: WriteDisposition | undefined): [name: string, column: Omit<ColumnSchema, "name">][] {
  return isScd2(option) ? scd2Columns(option) : [];
}

/** An option of another strategy would be ignored in silence. */
function refuseUnknown(option: Extract<WriteDisposition, object>): void {
  const { disposition, strategy = "delete-insert" } = option as { readonly disposition: string; readonly strategy?: string };
  const ofStrategy = disposition === "merge" ? mergeOptions[strategy as MergeStrategy] : disposition === "replace" ? ["strategy"] : [];
  const known = ["disposition", ...(ofStrategy ?? [])];
  const unknown = Object.entries(option).find(([name, value]) => value !== undefined && !known.includes(name));
  if (unknown === undefined || ofStrategy === undefined) return;
  const what =
    disposition === "merge" ? `the merge strategy ${JSON.stringify(strategy)}` : `the disposition ${JSON.stringify(disposition)}`;
  throw new ConfigError(`\`writeDisposition.${unknown[0]}\` is no option of ${what}. It has \`${known.join("`, `")}\`.`);
}

const mergeOptions: Readonly<Record<MergeStrategy, readonly string[]>> = {
  "delete-insert": ["strategy", "deduplicated"],
  upsert: ["strategy"],
  "insert-only": ["strategy"],
  scd2: ["strategy", "validityColumnNames", "activeRecordTimestamp", "boundaryTimestamp", "rowVersionColumnName"],
};

function replaceStrategy(strategy: string | undefined): string | undefined {
  return oneOf("writeDisposition.strategy", strategy, replaceStrategies);
}

function mergeHints(option: Extract<WriteDisposition, { readonly disposition: "merge" }>): object {
  return given({
    "x-merge-strategy": oneOf("writeDisposition.strategy", option.strategy, mergeStrategies),
    "x-stage-data-deduplicated": "deduplicated" in option ? option.deduplicated : undefined,
    "x-boundary-timestamp": "boundaryTimestamp" in option ? storedTimestamp("boundaryTimestamp", option.boundaryTimestamp) : undefined,
  });
}

function isScd2(option: WriteDisposition | undefined): option is Scd2Disposition {
  return typeof option === "object" && "strategy" in option && option.strategy === "scd2";
}

function scd2Columns(option: Scd2Disposition): [name: string, column: Omit<ColumnSchema, "name">][] {
  const [from, to] = option.validityColumnNames ?? ["_dlt_valid_from", "_dlt_valid_to"];
  if (typeof from !== "string" || typeof to !== "string" || from === to)
    throw new ConfigError("`writeDisposition.validityColumnNames` has to be two names: of the begin of validity, and of its end.");
  const validity = { data_type: "timestamp", nullable: true } as const;
  return [
    [from, { ...validity, "x-valid-from": true }],
    [
      to,
      {
        ...validity,
        "x-valid-to": true,
        "x-active-record-timestamp": storedTimestamp("activeRecordTimestamp", option.activeRecordTimestamp) ?? null,
      },
    ],
    // Versions of one row may come back, so the column that tells them apart is no key.
    [option.rowVersionColumnName ?? "_dlt_id", { nullable: false, "x-row-version": true, unique: false, row_key: false }],
  ];
}

/** As it is written. Throws ConfigError for what is no time. */
function storedTimestamp(option: string, value: Date | string | null | undefined): string | null | undefined {
  const stored = value instanceof Date ? timestampText(value) : value;
  microsOfHint(option, stored);
  return stored;
}
