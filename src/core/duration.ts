import { ConfigError } from "./errors.ts";

/** `"90s"`, `"2h"`, `"3d"`: a number and its unit. */
export type Duration = `${number}${"ms" | "s" | "m" | "h" | "d"}`;

/** Whole milliseconds. Throws ConfigError for a text that is no duration. */
export function durationMs(text: string): number {
  const [, amount, unit] = form.exec(text) ?? [];
  if (amount === undefined) {
    throw new ConfigError(`\`${text}\` is not a duration. Write a number and its unit (ms, s, m, h, d), such as \`90s\` or \`2h\`.`);
  }
  return Math.round(Number(amount) * unitMs[unit as keyof typeof unitMs]);
}

export function isDuration(text: string): text is Duration {
  return form.test(text);
}

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const form = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;
