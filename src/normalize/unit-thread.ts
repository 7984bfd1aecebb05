// What a thread of normalize runs: see `worker-thread.ts`.
import { parentPort, workerData } from "node:worker_threads";
import type { ThreadTask } from "./threads.ts";
import type { UnitTask } from "./unit.ts";
import { UnitNormalizer } from "./unit-normalizer.ts";
import type { ThreadMessage } from "./worker-thread.ts";

const normalizer = new UnitNormalizer(workerData as ThreadTask);
const tell = (message: ThreadMessage): void => parentPort!.postMessage(message);

parentPort!.on("message", (task: UnitTask) => void run(task));
tell({ type: "ready" });

async function run(task: UnitTask): Promise<void> {
  try {
    tell({ type: "done", done: await normalizer.normalize(task, (news) => tell({ type: "news", news })) });
  } catch {
    // The main thread normalizes the unit again, and throws the same with its class and fields.
    tell({ type: "failed" });
  }
}
