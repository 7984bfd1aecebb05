const variable = "NORMALIZE__DATA_WRITER__FILE_MAX_ITEMS";

/** Job files end after so many rows while `work` runs. */
export async function inSmallFiles<T>(rows: number, work: () => Promise<T>): Promise<T> {
  const before = process.env[variable];
  process.env[variable] = String(rows);
  try {
    return await work();
  } finally {
    if (before === undefined) delete process.env[variable];
    else process.env[variable] = before;
  }
}
