/** The decimal text of an integer of 10 ** -`scale`: 110 with scale 2 is "1.10". */
export function scaledText(value: number | bigint, scale: number): string {
  if (scale === 0) return String(value);
  if (scale < 0) return Number(value) === 0 ? "0" : `${value}${"0".repeat(-scale)}`;
  const sign = value < 0 ? "-" : "";
  const digits = String(value < 0 ? -value : value).padStart(scale + 1, "0");
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
