const lastOf = new Map<unknown, Promise<unknown>>();
const countOf = new Map<unknown, number>();

/** Does one piece of work after the other for each name; without a name at once. */
export async function withCommitLock<T>(name: unknown, work: () => Promise<T>): Promise<T> {
  if (name === undefined) return await work();
  const before = lastOf.get(name) ?? Promise.resolve();
  countOf.set(name, commitsOf(name) + 1);
  const mine = before.then(work, work);
  lastOf.set(name, mine);
  try {
    return await mine;
  } finally {
    if (lastOf.get(name) === mine) lastOf.delete(name);
  }
}

/** How many pieces of work of that name were begun, or wait: when there are more than before somebody may have committed. */
export function commitsOf(name: unknown): number {
  return countOf.get(name) ?? 0;
}
