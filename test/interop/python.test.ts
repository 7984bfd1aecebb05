import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test, vi } from "vitest";
import { tempDir } from "../temp-dir.ts";
import { runPython } from "./python.ts";

const program = fileURLToPath(new URL("./python_server.py", import.meta.url));

/** Runs text as a script. */
function python(text: string, { folder = tempDir(), input = "" } = {}): Promise<string> {
  const path = join(folder, "script.py");
  writeFileSync(path, text);
  return runPython(path, input, folder);
}

/** A folder with a setting of dlt. */
function configured(value: string): string {
  const folder = tempDir();
  mkdirSync(join(folder, ".dlt"));
  writeFileSync(join(folder, ".dlt", "config.toml"), `asked = "${value}"\n`);
  return folder;
}

test("each script has the settings of its folder and the environment of now", async () => {
  const asks =
    "import dlt, json, os\nprint(json.dumps([dlt.config.get('asked'), os.environ.get('LEAT_NOW'), os.getcwd(), os.environ['DLT_DATA_DIR']]))";
  const said = async (value: string) => {
    const folder = configured(value);
    return { folder, said: JSON.parse(await python(asks, { folder })) };
  };
  const first = await said("one");
  process.env["LEAT_NOW"] = "set";
  const second = await said("two").finally(() => delete process.env["LEAT_NOW"]);
  expect(first.said).toEqual(["one", null, first.folder, first.folder]);
  expect(second.said).toEqual(["two", "set", second.folder, second.folder]);
  expect(JSON.parse(await python(asks)).slice(0, 2)).toEqual([null, null]);
});

test("a script is a process of its own: nothing that it changes is there for the next", async () => {
  const counts = "import dlt, sys\ndlt.seen = getattr(dlt, 'seen', 0) + 1\nprint(dlt.seen, __name__, sys.argv == [__file__], input())";
  expect(await python(counts, { input: "é" })).toBe("1 __main__ True é\n");
  expect(await python(counts, { input: "x" })).toBe("1 __main__ True x\n");
});

test("scripts run at the same time", async () => {
  const folder = tempDir();
  const waits = (own: string, other: string) =>
    `import os, time\nopen("${own}", "w").close()\nwhile not os.path.exists("${other}"): time.sleep(0.01)\nprint("${own}")`;
  writeFileSync(join(folder, "a.py"), waits("a", "b"));
  writeFileSync(join(folder, "b.py"), waits("b", "a"));
  const both = ["a", "b"].map((name) => runPython(join(folder, `${name}.py`), "", folder));
  expect(await Promise.all(both)).toEqual(["a\n", "b\n"]);
});

test("threads end and what is registered is done at exit before the output counts", async () => {
  const text = `
import atexit, threading, time
atexit.register(lambda: print("exit"))
threading.Thread(target=lambda: (time.sleep(0.05), print("thread"))).start()
print("main")`;
  expect(await python(text)).toBe("main\nthread\nexit\n");
});

test("a script that fails, exits or is killed is an error that says so", async () => {
  await expect(python("raise ValueError('é')")).rejects.toThrow(/failed: Traceback[\s\S]*ValueError: é$/);
  await expect(python("import sys\nprint('no')\nsys.exit(3)")).rejects.toThrow(/script\.py ended with 3$/);
  await expect(python("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")).rejects.toThrow(/ended with -9$/);
  await expect(python("broken(")).rejects.toThrow(/SyntaxError/);
});

test("a script ends with the process that asked for it", async () => {
  const folder = tempDir();
  const sleeps = join(folder, "sleeps.py");
  writeFileSync(sleeps, "import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(600)");
  writeFileSync(join(folder, "stdin"), "");
  const server = spawn((await python("import sys\nprint(sys.executable)")).trim(), [program], { stdio: ["pipe", "ignore", "inherit"] });
  server.stdin.write(`${JSON.stringify({ id: 1, script: sleeps, cwd: folder, env: process.env, files: folder })}\n`);
  const pid = await vi.waitFor(() => Number(/^\d+\n$/.exec(readFileSync(join(folder, "stdout"), "utf8"))![0]), { timeout: 30_000 });
  process.kill(pid, 0);
  server.stdin.end();
  await once(server, "close");
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow("ESRCH"), { timeout: 30_000 });
});
