import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { s3Key } from "../../s3-buckets.ts";
import { tempDir } from "../../temp-dir.ts";

const program = fileURLToPath(new URL("../../../.cache/s3/versitygw", import.meta.url));

/** An S3 server of its own for a test, which may kill it and start it again. */
export interface OwnServer {
  readonly url: string;
  /** At once, whatever it is doing. */
  kill(): Promise<void>;
  /** With the data of before. */
  start(): Promise<void>;
}

export async function ownServer(): Promise<OwnServer> {
  const port = await freePort();
  const data = join(tempDir(), "data");
  mkdirSync(data);
  let child: ChildProcess | undefined;
  const server: OwnServer = {
    url: `http://127.0.0.1:${port}`,
    async kill() {
      const running = child;
      child = undefined;
      if (running?.kill("SIGKILL") === true) await once(running, "exit");
    },
    async start() {
      child = spawn(program, ["--quiet", "--port", `127.0.0.1:${port}`, "posix", data], {
        stdio: "ignore",
        env: { ...process.env, ROOT_ACCESS_KEY: s3Key.accessKeyId, ROOT_SECRET_KEY: s3Key.secretAccessKey },
      });
      while (!(await answers(port))) await new Promise((resolve) => setTimeout(resolve, 50));
    },
  };
  onTestFinished(() => server.kill());
  await server.start();
  return server;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
