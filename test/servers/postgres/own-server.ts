import { execFile } from "node:child_process";
import { appendFileSync, existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { connectPostgres } from "../../../src/drivers/postgres.ts";
import { locationOf } from "./connection.ts";

const script = fileURLToPath(new URL("../../../scripts/postgres-env.sh", import.meta.url));
const run = promisify(execFile);

/** A server that a test may change, restart and fill. To be stopped after it. */
export interface OwnServer {
  readonly url: string;
  /** Folder of its data. */
  readonly dataDir: string;
  /** On a connection of its own, as the superuser. */
  script(...statements: readonly string[]): Promise<void>;
  /** Lines of `postgresql.conf`; they hold after a restart. */
  configure(...lines: readonly string[]): void;
  /** `immediate` is a crash; `fast` ends all sessions and writes what is to be written. */
  restart(mode?: "immediate" | "fast"): Promise<void>;
  /** Without a start. */
  shutDown(mode: "immediate" | "fast"): Promise<void>;
  /** After it was shut down, or ended by itself. */
  startAgain(): Promise<void>;
  stop(): Promise<void>;
}

/** `folder`: where its data lies; default with the other temporary files. */
export async function startOwnServer({ folder }: { readonly folder?: string } = {}): Promise<OwnServer> {
  const env = { ...process.env, ...(folder === undefined ? {} : { TMPDIR: folder }) };
  const url = (await run("bash", [script, "start"], { env })).stdout.trim();
  const dataDir = await dataDirOf(url);
  const control = (...action: readonly string[]) => controlServer(dataDir, action);
  return {
    url,
    dataDir,
    async script(...statements) {
      const connection = await connectPostgres(locationOf(url));
      for (const statement of statements) await connection.execute(statement);
      await connection.close();
    },
    configure: (...lines) => appendFileSync(join(dataDir, "postgresql.conf"), `${lines.join("\n")}\n`),
    restart: (mode = "fast") => control("-m", mode, "restart"),
    shutDown: (mode) => control("-m", mode, "stop"),
    startAgain: () => control("restart"),
    async stop() {
      if (existsSync(dataDir)) await run("bash", [script, "stop", url], { env });
    },
  };
}

async function dataDirOf(url: string): Promise<string> {
  const connection = await connectPostgres(locationOf(url));
  const rows = await connection.query<{ folder: string }>("SELECT current_setting('data_directory') AS folder");
  await connection.close();
  return rows[0]!.folder;
}

/** With the options of its first start. The server refuses to be run by root. */
async function controlServer(dataDir: string, action: readonly string[]): Promise<void> {
  const folder = dirname(dataDir);
  const command = [join(folder, "bin", "pg_ctl"), "-D", dataDir, "-l", join(folder, "server.log"), "-w", "-s", ...action];
  // pg_ctl does not close what it inherits.
  const [file, ...rest] = process.getuid?.() === 0 ? ["runuser", "-u", "postgres", "--", ...command] : command;
  await new Promise<void>((resolve, reject) => {
    const child = execFile(file!, rest, { cwd: "/" }, () => {});
    child.on("error", reject);
    child.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`pg_ctl ${action.join(" ")} ended with ${code}.`))));
  });
}
