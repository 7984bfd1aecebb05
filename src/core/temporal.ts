import { formatTimeMicros, parseIsoTime, parseStrictDateTime } from "./iso.ts";
import { formatDays, parseDay } from "./iso-date.ts";
import { formatMicros } from "./iso-date-time.ts";
import { type Scalar, typeMark } from "./type-mark.ts";

/**
 * The scalar of a value of Temporal (the built-in one or a polyfill), told by its tag; what is wrong with it (a text); undefined for any other object.
 * Nanoseconds are cut off.
 */
export function temporalScalar(value: object): Scalar | string | undefined {
  const tag: unknown = (value as { readonly [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  if (typeof tag !== "string" || !tag.startsWith("Temporal.")) return undefined;
  return scalarOfTag(tag, isoText(tag, value)) ?? `a ${tag} that dlt has no type for, or outside of the years 1 to 9999`;
}

/** ISO text without the notes in brackets: those of a calendar or of a zone. */
function isoText(tag: string, value: object): string {
  const temporal = value as { toString(options?: object): string };
  return tag === "Temporal.ZonedDateTime"
    ? temporal.toString({ timeZoneName: "never", calendarName: "never" })
    : temporal.toString({ calendarName: "never" });
}

function scalarOfTag(tag: string, text: string): Scalar | undefined {
  switch (tag) {
    case "Temporal.PlainDate": {
      const days = text.length === 10 ? parseDay(text) : undefined;
      return days === undefined ? undefined : { text: formatDays(days), mark: typeMark.date };
    }
    case "Temporal.PlainTime": {
      const time = parseIsoTime(text);
      return time === undefined ? undefined : { text: formatTimeMicros(time.micros), mark: typeMark.time };
    }
    case "Temporal.PlainDateTime":
    case "Temporal.Instant":
    case "Temporal.ZonedDateTime": {
      const parsed = parseStrictDateTime(text);
      if (parsed === undefined) return undefined;
      return { text: formatMicros(parsed.micros, { offset: parsed.offsetMinutes !== undefined }), mark: typeMark.timestamp };
    }
    default:
      return undefined;
  }
}
