// The usual form of a date with a time, `2024-01-02T03:04:05[.678][Z|+01:00]`. All others are for the host.

export let moment: i64 = 0;

/** Reads microseconds since 1970 of the text behind a quote, and gives the place behind the closing one; 0 when it has another form. */
export function readMoment(at: usize): usize {
  if (load<u8>(at + 4) !== 0x2d || load<u8>(at + 7) !== 0x2d || load<u8>(at + 13) !== 0x3a || load<u8>(at + 16) !== 0x3a) return 0;
  const separator = load<u8>(at + 10);
  if (separator !== 0x54 && separator !== 0x20) return 0;
  const century = twoDigits(at);
  const years = twoDigits(at + 2);
  const month = twoDigits(at + 5);
  const day = twoDigits(at + 8);
  const hour = twoDigits(at + 11);
  const minute = twoDigits(at + 14);
  const second = twoDigits(at + 17);
  if (century > 99 || years > 99 || month - 1 > 11 || hour > 23 || minute > 59 || second > 59) return 0;
  const year = century * 100 + years;
  if (year === 0 || day === 0 || day > daysIn(year, month)) return 0;
  const seconds = <i64>daysSince1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
  let micros = seconds * 1_000_000;
  let end = at + 19;
  const point = load<u8>(end);
  if (point === 0x2e || point === 0x2c) {
    end += 1;
    const first = end;
    // Digits beyond microseconds are cut off.
    let unit: u32 = 100_000;
    for (let digit = digitAt(end); digit <= 9; digit = digitAt(end)) {
      micros += digit * unit;
      unit /= 10;
      end += 1;
    }
    if (end === first) return 0;
  }
  const zone = load<u8>(end);
  if (zone === 0x5a) end += 1;
  else if (zone === 0x2b || zone === 0x2d) {
    const hours = twoDigits(end + 1);
    const minutes = twoDigits(end + 4);
    if (hours > 23 || minutes > 59 || load<u8>(end + 3) !== 0x3a) return 0;
    const offset = <i64>(hours * 60 + minutes) * 60_000_000;
    micros += zone === 0x2d ? offset : -offset;
    end += 6;
  }
  if (load<u8>(end) !== 0x22) return 0;
  moment = micros;
  return end + 1;
}

/** More than 99 when there are none. */
function twoDigits(at: usize): u32 {
  const tens = digitAt(at);
  const ones = digitAt(at + 1);
  return tens > 9 || ones > 9 ? 100 : tens * 10 + ones;
}

function digitAt(at: usize): u32 {
  return <u32>load<u8>(at) - 0x30;
}

function daysIn(year: u32, month: u32): u32 {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** The year is counted from March on, so that a leap day is its last one. */
function daysSince1970(year: u32, month: u32, day: u32): i32 {
  const isAfterFebruary = month > 2;
  const y = isAfterFebruary ? year : year - 1;
  const monthFromMarch = isAfterFebruary ? month - 3 : month + 9;
  const dayOfYear = (153 * monthFromMarch + 2) / 5 + day - 1;
  return <i32>(y * 365 + y / 4 - y / 100 + y / 400 + dayOfYear) - 719_468;
}
