import { writeSync } from "node:fs";
import { encodeJson } from "../core/json-encode.ts";

/** Written at once: also while the process ends, and to the real standard output when that of the script goes elsewhere. */
export function print(text: string): void {
  writeAll(1, `${text}\n`);
}

export function printError(text: string): void {
  writeAll(2, `${text}\n`);
}

export function printJson(value: unknown): void {
  print(encodeJson(value, { pretty: true }));
}

function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(fd, bytes, done);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Nobody reads any more, as in `leat pipeline -l | head -1`.
      if (code === "EPIPE") return;
      if (code !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}
