/** To SQLite a new table without a dataset is one of the connection, which is in memory and gone with it: it gets that of the dataset in use. */
export function inDataset(sql: string, dataset: string): string {
  return sql.replace(created, (_, start: string, name: string) => `${start}"${dataset.replaceAll('"', '""')}".${name}`);
}

const created =
  /^((?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*CREATE\s+(?:UNIQUE\s+INDEX|INDEX|TABLE|VIRTUAL\s+TABLE|VIEW|TRIGGER)\s+(?:IF\s+NOT\s+EXISTS\s+)?)("(?:[^"]|"")+"|[^\s(."';]+)(?=[\s(])(?!\s*\.)/i;
