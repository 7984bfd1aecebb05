import { timestampText } from "../core/timestamp.ts";
import type { ColumnSchema } from "./document.ts";
import { given, oneOf } from "./given.ts";
import { mergeStrategies, replaceStrategies, type Scd2Disposition, type WriteDisposition, writeDispositions } from "./hint-options.ts";

/** The stored hints of a write disposition. What an object leaves out stays as it is stored. */
export function dispositionHints(option: WriteDisposition | undefined): object {
  if (option === undefined) return {};
  if (typeof option === "string") return { write_disposition: oneOf("writeDisposition", option, writeDispositions) };
  const write_disposition = oneOf("writeDisposition.disposition", option.disposition, writeDispositions);
  if (option.disposition === "merge") return { ...mergeHints(option), write_disposition };
  return { ...given({ "x-replace-strategy": "strategy" in option ? replaceStrategy(option.strategy) : undefined }), write_disposition };
}

/** The columns that a write disposition adds to its table, by names as the user knows them. */
export function dispositionColumns(option: WriteDisposition | undefined): [name: string, column: Omit<ColumnSchema, "name">][] {
  return isScd2(option) ? scd2Columns(option) : [];
}

function replaceStrategy(strategy: string | undefined): string | undefined {
  return oneOf("writeDisposition.strategy", strategy, replaceStrategies);
}

function mergeHints(option: Extract<WriteDisposition, { readonly disposition: "merge" }>): object {
  return given({
    "x-merge-strategy": oneOf("writeDisposition.strategy", option.strategy, mergeStrategies),
    "x-stage-data-deduplicated": "deduplicated" in option ? option.deduplicated : undefined,
    "x-boundary-timestamp": "boundaryTimestamp" in option ? storedTimestamp(option.boundaryTimestamp) : undefined,
  });
}

function isScd2(option: WriteDisposition | undefined): option is Scd2Disposition {
  return typeof option === "object" && "strategy" in option && option.strategy === "scd2";
}

function scd2Columns(option: Scd2Disposition): [name: string, column: Omit<ColumnSchema, "name">][] {
  const [from, to] = option.validityColumnNames ?? ["_dlt_valid_from", "_dlt_valid_to"];
  const validity = { data_type: "timestamp", nullable: true } as const;
  return [
    [from, { ...validity, "x-valid-from": true }],
    [to, { ...validity, "x-valid-to": true, "x-active-record-timestamp": storedTimestamp(option.activeRecordTimestamp) ?? null }],
    // Versions of one row may come back, so the column that tells them apart is no key.
    [option.rowVersionColumnName ?? "_dlt_id", { nullable: false, "x-row-version": true, unique: false, row_key: false }],
  ];
}

function storedTimestamp(value: Date | string | null | undefined): string | null | undefined {
  return value instanceof Date ? timestampText(value) : value;
}
