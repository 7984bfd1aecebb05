const most = 25;

/** Where two values differ, in words, dlt's on the left: `tables.users.columns: dlt ["a"], leat ["b"]`. Empty when they are equal. */
export function differences(dlt: unknown, leat: unknown): string[] {
  const found: string[] = [];
  compare("", dlt, leat, found);
  return found.length > most ? [...found.slice(0, most), `and ${found.length - most} more`] : found;
}

function compare(path: string, dlt: unknown, leat: unknown, found: string[]): void {
  if (text(dlt) === text(leat)) return;
  if (Array.isArray(dlt) && Array.isArray(leat)) compareLists(path, dlt, leat, found);
  else if (isObject(dlt) && isObject(leat)) {
    const keys = new Set([...Object.keys(dlt), ...Object.keys(leat)]);
    for (const key of keys) compare(path === "" ? key : `${path}.${key}`, dlt[key], leat[key], found);
  } else found.push(`${path}: dlt ${short(dlt)}, leat ${short(leat)}`);
}

/** Members that both lists have say nothing; what is left over is compared one by one. */
function compareLists(path: string, dlt: readonly unknown[], leat: readonly unknown[], found: string[]): void {
  const onlyDlt = without(dlt, leat);
  const onlyLeat = without(leat, dlt);
  if (onlyDlt.length === 0 && onlyLeat.length === 0) found.push(`${path}: another order: dlt ${short(dlt)}, leat ${short(leat)}`);
  if (onlyDlt.length !== onlyLeat.length) {
    if (onlyDlt.length > 0) found.push(`${path}: only dlt has ${short(onlyDlt)}`);
    if (onlyLeat.length > 0) found.push(`${path}: only leat has ${short(onlyLeat)}`);
  } else for (const [index, member] of onlyDlt.entries()) compare(`${path}[]`, member, onlyLeat[index], found);
}

function without(list: readonly unknown[], other: readonly unknown[]): unknown[] {
  const counts = new Map<string, number>();
  for (const member of other) counts.set(text(member), (counts.get(text(member)) ?? 0) + 1);
  return list.filter((member) => {
    const count = counts.get(text(member)) ?? 0;
    counts.set(text(member), count - 1);
    return count <= 0;
  });
}

function isObject(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Objects are equal whatever the order of their keys. */
function text(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    isObject(member) ? Object.fromEntries(Object.entries(member).sort(([left], [right]) => (left < right ? -1 : 1))) : member,
  );
}

function short(value: unknown): string {
  const whole = text(value) ?? "nothing";
  return whole.length > 300 ? `${whole.slice(0, 300)}...` : whole;
}
