/** Texts of dates and times, as dlt reads and prints them. Each part has its own file; this is their one entrance. */
export { formatDays, parseIsoDate } from "./iso-date.ts";
export { formatMicros, type IsoDateTime, parseIsoDateTime, parseStrictDateTime } from "./iso-date-time.ts";
export { formatOffset, formatTimeMicros, type IsoTime, parseIsoTime } from "./iso-time.ts";
export type { Micros } from "./micros.ts";
