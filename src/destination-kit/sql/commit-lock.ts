const lastOf = new Map<unknown, Promise<unknown>>();

/** Does one piece of work after the other for each name; without a name at once. */
export async function withCommitLock<T>(name: unknown, work: () => Promise<T>): Promise<T> {
  if (name === undefined) return await work();
  const before = lastOf.get(name) ?? Promise.resolve();
  const mine = before.then(work, work);
  lastOf.set(name, mine);
  try {
    return await mine;
  } finally {
    if (lastOf.get(name) === mine) lastOf.delete(name);
  }
}
