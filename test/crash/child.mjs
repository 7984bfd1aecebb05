// One process of the crash tests: does what its argument says, and kills itself at the crash point it is given.
// Argument: { script, world, kill?: { name, hit }, uid? }. Says `ready`, then what it has to tell as one line of JSON.
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { onCrashPoint, openWorld, warmUp } from "./world.mjs";

const { script, world, kill, uid } = JSON.parse(process.argv[2]);
const it = openWorld(world);
const workingDir = join(world.dir, "pipelines", "feed");

const bulk = { total: 90, batch: 90, pad: 230_000, workers: 1, delayMs: 50, database: join(world.dir, "bulk.duckdb") };

const scripts = {
  /** Goes on until the feeds are at their end. */
  finish: () => it.finish(),

  /** Then on a machine that has only the database. */
  finishAndGoOnElsewhere: () => it.finishAndGoOnElsewhere(),

  /** Where there is no transaction. */
  async intoFunction() {
    for (let time = 0; time < 2; time += 1) await it.runIntoFunction();
  },

  /** Runs that are cut into packages. */
  async cut() {
    for (let time = 0; time < 2; time += 1) await it.runCut();
  },

  /** Raw files are normalized, and their rows loaded, while others are extracted. */
  bulk: () => openWorld({ ...world, ...bulk, dir: join(world.dir, "bulk") }).run(),

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

  async runs() {
    for (let time = 0; time < 3; time += 1) await it.run();
  },

  /** After a process that was killed while it ran. */
  async staleLock() {
    for (let time = 0; time < 2; time += 1) {
      leaveStaleLock();
      await it.run();
    }
  },

  /** On a machine that has only the database. */
  async cleanMachine() {
    await it.run();
    for (let time = 0; time < 2; time += 1) {
      it.forget();
      await it.run();
    }
  },

  /** The working directory is made anew from the destination, with packages that wait and without. */
  async restore() {
    await it.run();
    for (let time = 0; time < 2; time += 1) {
      if (time === 1) await it.extract();
      await it.restoreLocal();
    }
    await it.run();
  },

  /** After a process that was killed between the commit of its packages and the writing of the local state. */
  async behindPackages() {
    await it.run();
    for (let time = 0; time < 2; time += 1) {
      await extractWithoutLocalState();
      await it.run();
    }
  },

  /** Packages that wait are given up: two extracted ones, then two normalized ones. */
  async abort() {
    await it.run();
    for (let time = 0; time < 2; time += 1) {
      await it.extract();
      if (time === 1) await it.open().normalize();
      await it.open().abortPackages();
    }
    await it.run();
  },

  /** A job that its table does not take: the package is given up twice, and loads at last. */
  async failedJobs() {
    await it.run();
    for (let time = 0; time < 3; time += 1) {
      await it.extract();
      await it.open().normalize();
      await it.failToLoad();
      if (time < 2) await it.open().abortPackages();
    }
    await it.run();
  },

  /** The files of loaded packages are not kept. */
  async cleaned() {
    for (let time = 0; time < 2; time += 1) await it.runCleaned();
  },

  /** All of one source goes, with its state. */
  drop: () => it.open().drop({ dropAll: true, schema: "alpha" }),

  /** A run that begins with empty tables and an empty state. */
  refresh: () => it.refresh(),

  /** Somebody removed the data. */
  async lostDatabase() {
    await it.run();
    for (let time = 0; time < 2; time += 1) {
      await it.loseData();
      await it.run();
    }
  },

  /** All of it, so that every crash point is reached at least twice. */
  async everything() {
    for (const name of [
      "runs",
      "staleLock",
      "cleanMachine",
      "behindPackages",
      "abort",
      "failedJobs",
      "cleaned",
      "restore",
      "lostDatabase",
      "cut",
      "intoFunction",
      "finish",
      "bulk",
    ])
      await scripts[name]();
  },
};

function leaveStaleLock() {
  mkdirSync(workingDir, { recursive: true });
  writeFileSync(join(workingDir, "leat.lock"), JSON.stringify({ pid: process.pid, processStart: "1", since: "long ago" }));
}

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
