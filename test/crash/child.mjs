// One process of the crash tests: does what its argument says, and kills itself at the crash point it is given.
// Argument: { script, world, kill?: { name, hit }, uid? }. Says `ready`, then what it has to tell as one line of JSON.
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { onCrashPoint, openWorld, warmUp } from "./world.mjs";

const { script, world, kill, uid } = JSON.parse(process.argv[2]);
const it = openWorld(world);
const workingDir = join(world.dir, "pipelines", "feed");

const scripts = {
  /** Goes on until the feeds are at their end. */
  finish: () => it.finish(),

  extract: () => it.extract(),
  normalize: () => it.open().normalize(),
  load: () => it.open().load(),

  /** Several processes at once: each waits for its turn. */
  async finishBesideOthers() {
    for (;;) {
      try {
        return await it.finish();
      } catch (error) {
        if ((error.cause ?? error).code !== "pipeline-locked" && (error.cause ?? error).code !== "connection") throw error;
        await sleep(10 + Math.random() * 40);
      }
    }
  },

  /** Everything that a pipeline can meet, so that every crash point is reached at least twice. */
  async everything() {
    await it.run();
    await it.run();
    for (let time = 0; time < 2; time += 1) {
      it.forget();
      leaveStaleLock();
      await it.run();
      await extractWithoutLocalState();
      await it.run();
    }
    for (let time = 0; time < 2; time += 1) {
      rmSync(join(world.dir, "data.duckdb"));
      await it.run();
    }
    await it.finish();
  },
};

/** As a process leaves it that was killed while it ran. */
function leaveStaleLock() {
  mkdirSync(workingDir, { recursive: true });
  writeFileSync(join(workingDir, "leat.lock"), JSON.stringify({ pid: process.pid, processStart: "1", since: "long ago" }));
}

/** As a process leaves it that was killed between the commit of its packages and the writing of the local state. */
async function extractWithoutLocalState() {
  const statePath = join(workingDir, "state.json");
  copyFileSync(statePath, join(world.dir, "state-before.json"));
  await it.extract();
  copyFileSync(join(world.dir, "state-before.json"), statePath);
}

/** An error and its causes, as far as JSON goes. */
function told(error) {
  if (!(error instanceof Error)) return { message: String(error) };
  return { ...error, name: error.name, message: error.message, ...(error.cause === undefined ? {} : { cause: told(error.cause) }) };
}

if (uid !== undefined) {
  // Modules are loaded as the user who may read them.
  await warmUp();
  process.setgid(uid);
  process.setuid(uid);
}

const hits = {};
onCrashPoint((name) => {
  hits[name] = (hits[name] ?? 0) + 1;
  if (name === kill?.name && hits[name] === kill.hit) process.kill(process.pid, "SIGKILL");
});

process.on("unhandledRejection", (error) => {
  console.log(JSON.stringify({ unhandled: told(error) }));
  process.exit(2);
});

console.log("ready");
try {
  await scripts[script]();
  console.log(JSON.stringify({ hits }));
} catch (error) {
  console.log(JSON.stringify({ error: told(error) }));
}
