import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

type Environment = Readonly<Record<string, string | undefined>>;

/** A Python process that has imported dlt and runs scripts as forks of itself, several at a time. It ends with this process. */
export interface PythonServer {
  /** Runs a script as a process of its own would, and gives what it prints. */
  run(script: string, input: string, cwd: string, env: Environment): Promise<string>;
}

const program = fileURLToPath(new URL("./python_server.py", import.meta.url));

/** What the environment says about Python itself counts from the start on, and so is that of the server. */
export function startPythonServer(python: string, env: Environment): PythonServer {
  const child = spawn(python, [program], { env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] });
  const waiting = new Map<number, (code: number | undefined) => void>();
  let said = "";
  void text(child.stderr).then((all) => {
    said = all;
    for (const end of waiting.values()) end(undefined);
  });
  createInterface(child.stdout).on("line", (line) => {
    const { id, code } = JSON.parse(line) as { readonly id: number; readonly code: number };
    waiting.get(id)?.(code);
  });
  // A server that is gone says why on stderr.
  child.stdin.on("error", () => {});
  let isGone = false;
  child.on("close", () => {
    isGone = true;
  });
  letEnd(child);

  let requests = 0;
  return {
    async run(script, input, cwd, environment) {
      const files = mkdtempSync(join(tmpdir(), "leat-python-"));
      try {
        writeFileSync(join(files, "stdin"), input);
        requests += 1;
        const id = requests;
        const code = await new Promise<number | undefined>((resolve) => {
          if (isGone) return resolve(undefined);
          waiting.set(id, resolve);
          child.stdin.write(`${JSON.stringify({ id, script, cwd, env: environment, files })}\n`);
        });
        waiting.delete(id);
        if (code === 0) return readFileSync(join(files, "stdout"), "utf8");
        const error = code === undefined ? said : readFileSync(join(files, "stderr"), "utf8");
        throw new PythonError(`${python} failed: ${error.trim() || `${script} ended with ${code}`}`);
      } finally {
        rmSync(files, { recursive: true, force: true });
      }
    },
  };
}

/** A script, or Python itself, has failed. */
export class PythonError extends Error {
  override readonly name = "PythonError";
}

/** Nothing waits for the server: it ends when its stdin does. */
function letEnd(child: ChildProcess): void {
  child.unref();
  for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as unknown as { unref(): void }).unref();
}
