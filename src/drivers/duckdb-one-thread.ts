/** A setting of the whole database, whatever connection changes it. */
export interface ThreadSetting {
  read(): Promise<number>;
  set(threads: number): Promise<void>;
}

interface Kept {
  /** Who wants one thread. */
  users: number;
  /** As many as there were before, while there is one. */
  before: number | undefined;
  work: Promise<void>;
}

const keptOf = new Map<unknown, Kept>();

/** One thread for a database until the given function is called; connections may ask at the same time. Throws what the setting throws. */
export async function inOneThread(database: unknown, setting: ThreadSetting): Promise<() => Promise<void>> {
  const kept = keptOf.get(database) ?? { users: 0, before: undefined, work: Promise.resolve() };
  keptOf.set(database, kept);
  kept.users += 1;
  let isDone = false;
  const end = async (): Promise<void> => {
    if (isDone) return;
    isDone = true;
    kept.users -= 1;
    await settle(database, kept, setting);
  };
  try {
    await settle(database, kept, setting);
  } catch (error) {
    kept.users -= 1;
    throw error;
  }
  return end;
}

async function settle(database: unknown, kept: Kept, setting: ThreadSetting): Promise<void> {
  const mine = kept.work.then(async () => {
    if (kept.users > 0 && kept.before === undefined) {
      const before = await setting.read();
      await setting.set(1);
      kept.before = before;
    }
    if (kept.users > 0 || kept.before === undefined) return;
    const { before } = kept;
    kept.before = undefined;
    await setting.set(before);
    if (kept.users === 0) keptOf.delete(database);
  });
  kept.work = mine.catch(() => {});
  await mine;
}
