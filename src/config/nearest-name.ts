/** The name that a misspelt one was probably meant to be; undefined when none is near. */
export function nearestName(given: string, known: readonly string[]): string | undefined {
  const most = Math.max(2, Math.floor(given.length / 3));
  const [nearest] = known.map((name) => ({ name, edits: editsBetween(given, name) })).sort((one, other) => one.edits - other.edits);
  return nearest !== undefined && nearest.edits <= most ? nearest.name : undefined;
}

/** How many letters have to be added, taken away or changed. */
function editsBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let at = 1; at <= one.length; at++) {
    const next = [at];
    for (let index = 1; index <= other.length; index++) {
      const changed = row[index - 1]! + (one[at - 1] === other[index - 1] ? 0 : 1);
      next.push(Math.min(changed, row[index]! + 1, next[index - 1]! + 1));
    }
    row = next;
  }
  return row[other.length]!;
}
