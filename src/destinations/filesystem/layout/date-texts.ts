const months = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
const days = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

/** The parts of a time in UTC that a layout may name, from microseconds since 1970. In lower case, as dlt has them. */
export const dateTexts: Readonly<Record<string, (micros: number) => string>> = {
  curr_date: (micros) => dateOf(micros).toISOString().slice(0, 10),
  YYYY: (micros) => String(dateOf(micros).getUTCFullYear()).padStart(4, "0"),
  YY: (micros) => String(dateOf(micros).getUTCFullYear()).padStart(4, "0").slice(2),
  Y: (micros) => String(dateOf(micros).getUTCFullYear()),
  MMMM: (micros) => monthOf(micros),
  MMM: (micros) => monthOf(micros).slice(0, 3),
  MM: (micros) => two(dateOf(micros).getUTCMonth() + 1),
  M: (micros) => String(dateOf(micros).getUTCMonth() + 1),
  DD: (micros) => two(dateOf(micros).getUTCDate()),
  D: (micros) => String(dateOf(micros).getUTCDate()),
  HH: (micros) => two(dateOf(micros).getUTCHours()),
  H: (micros) => String(dateOf(micros).getUTCHours()),
  mm: (micros) => two(dateOf(micros).getUTCMinutes()),
  m: (micros) => String(dateOf(micros).getUTCMinutes()),
  dddd: (micros) => dayOf(micros),
  ddd: (micros) => dayOf(micros).slice(0, 3),
  dd: (micros) => dayOf(micros).slice(0, 2),
  d: (micros) => String(dateOf(micros).getUTCDay()),
  ss: (micros) => two(dateOf(micros).getUTCSeconds()),
  s: (micros) => String(dateOf(micros).getUTCSeconds()),
  SSSS: (micros) => fraction(micros, 4),
  SSS: (micros) => fraction(micros, 3),
  SS: (micros) => fraction(micros, 2),
  S: (micros) => fraction(micros, 1),
  Q: (micros) => String(Math.floor(dateOf(micros).getUTCMonth() / 3) + 1),
};

function dateOf(micros: number): Date {
  return new Date(Math.floor(micros / 1000));
}

function monthOf(micros: number): string {
  return months[dateOf(micros).getUTCMonth()]!;
}

function dayOf(micros: number): string {
  return days[dateOf(micros).getUTCDay()]!;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function fraction(micros: number, digits: number): string {
  const part = ((micros % 1_000_000) + 1_000_000) % 1_000_000;
  return String(part).padStart(6, "0").slice(0, digits);
}
