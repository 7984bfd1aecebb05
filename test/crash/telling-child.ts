import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Runs a script of this folder in a process of its own. Gives what its last line tells, as JSON; undefined when it was killed. */
export async function runChild<Told>(script: string, argument: object): Promise<Told | undefined> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(process.execPath, [path, JSON.stringify(argument)], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => void (output += chunk));
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.on("close", (...ended) => resolve(ended)),
  );
  if (signal === "SIGKILL") return undefined;
  if (code !== 0) throw new Error(`The child (${JSON.stringify(argument)}) ended with ${signal ?? code}:\n${output}`);
  return JSON.parse(output.trim().split("\n").at(-1)!) as Told;
}
