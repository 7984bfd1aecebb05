import { ConfigError } from "../../core/errors.ts";

/** What a partition is known by in the state: texts as they are, all else as JSON, and so are texts that look like it. Undefined for what is no key. */
export function partitionKey(value: unknown): string | undefined {
  if (typeof value === "string") return looksLikeJson(value) ? JSON.stringify(value) : value;
  return memberText(value) ?? (Array.isArray(value) ? listText(value) : undefined);
}

/** As `partitionKey`, of what users ask for. Throws ConfigError. */
export function askedPartitionKey(resource: string, key: unknown): string {
  const text = partitionKey(key);
  if (text !== undefined) return text;
  throw new ConfigError(
    `cursorFor() of resource \`${resource}\` was asked for ${typeof key === "object" ? "an object" : String(key)}: ` +
      "a partition is known by a text, a finite number, a bigint, or a list of these.",
  );
}

function looksLikeJson(text: string): boolean {
  return text === "" || text.startsWith('"') || text.startsWith("[") || /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text);
}

function listText(list: readonly unknown[]): string | undefined {
  const members = list.map((member) => (typeof member === "string" ? JSON.stringify(member) : memberText(member)));
  return members.includes(undefined) ? undefined : `[${members.join(",")}]`;
}

function memberText(value: unknown): string | undefined {
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
  // Above 2^53 a number is written as the bigint that it equals.
  return Number.isInteger(value) ? String(BigInt(value)) : String(value);
}
