// One process of the crash tests: does what its argument says, and kills itself at the crash point it is given.
// Argument: { script, world, kill?: { name, hit } }. Prints what it has to tell as JSON lines.
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onCrashPoint, openWorld } from "./world.mjs";

const { script, world, kill } = JSON.parse(process.argv[2]);
const it = openWorld(world);
const workingDir = join(world.dir, "pipelines", "feed");

const scripts = {
  /** Goes on until the feeds are at their end. */
  finish: () => it.finish(),

  /** The same on a machine that has only the database. */
  async continueClean() {
    it.forget();
    await it.finish();
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
  await it.open().extract([it.alpha(), it.beta()]);
  copyFileSync(join(world.dir, "state-before.json"), statePath);
}

const hits = {};
onCrashPoint((name) => {
  hits[name] = (hits[name] ?? 0) + 1;
  if (name === kill?.name && hits[name] === kill.hit) process.kill(process.pid, "SIGKILL");
});

process.on("unhandledRejection", (error) => {
  console.log(JSON.stringify({ unhandled: String(error) }));
  process.exit(1);
});

await scripts[script]();
console.log(JSON.stringify({ hits }));
