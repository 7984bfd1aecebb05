import { describe, expect, test } from "vitest";
import { Project } from "./project.ts";

// Signals reach a process only where it has them.
const onPosix = test.skipIf(process.platform === "win32");

/** A pipeline whose code stops (STOP) at a place that the test chooses, and says so. */
const prelude = `
import { pipeline, resource, type PipelineEvent } from "leat";
import { duckdb } from "leat/destinations/duckdb";
const pause = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
const stop = process.env["STOP"];
const at = (place: string, ms: number) => {
  if (stop !== place) return;
  console.log("at " + place);
  pause(ms);
};
const onEvent = (event: PipelineEvent) => {
  if (event.type === "normalize-progress") at("normalize", 300);
  if (event.type === "job-started") at("load", 300);
};
const shop = (name = "shop") => pipeline({ name, destination: duckdb(name + ".duckdb"), datasetName: "data", onEvent });
/** Gives one row more in each run, and knows from its state which ones it gave. */
const numbers = (name: string, wait = () => Promise.resolve()) =>
  resource(name, async function* ({ state }: { state: { given?: number } }) {
    const given = state.given ?? 0;
    state.given = given + 2;
    yield { n: given };
    if (stop === "extract") { console.log("at extract"); await wait(); }
    yield { n: given + 1 };
  });
const forever = () => new Promise<void>((resolve) => setTimeout(resolve, 60_000));
`;

const oneTable = `${prelude} await shop().run(numbers("numbers", forever));`;

interface Info {
  readonly sources: object;
  readonly pendingPackages: readonly { readonly state: string }[];
  readonly lastLoadedPackage: { readonly loadId: string } | null;
}

async function infoOf(project: Project): Promise<Info> {
  return JSON.parse((await project.leat(["pipeline", "shop", "--json"])).stdout) as Info;
}

function numbersIn(project: Project, table = "numbers"): Promise<unknown[]> {
  return project.values("shop.duckdb", `SELECT n::INTEGER FROM data.${table} ORDER BY n`);
}

describe.each(["SIGINT", "SIGTERM"] as const)("the first %s", (signal) => {
  onPosix("ends an extract without a package; the state stays as it was", async () => {
    const project = new Project({ "main.ts": oneTable });
    await project.leat(["run", "main.ts"]);
    const before = await infoOf(project);

    const run = project.start(["run", "main.ts"], { STOP: "extract" });
    await run.printed("at extract");
    run.kill(signal);
    const { code, stderr } = await run.ended;

    expect(code).toBe(7);
    expect(stderr).toContain(`${signal}: ending after the running step; once more ends at once`);
    expect(stderr).toMatch(/\nerror: The run was cancelled\.\n\[cancelled\] Run it again to go on\.\n$/);
    expect(await infoOf(project)).toEqual(before);
    await project.leat(["run", "main.ts"]);
    expect(await numbersIn(project)).toEqual([0, 1, 2, 3]);
  });
});

describe("the first Ctrl-C", () => {
  onPosix("during normalize lets it finish; the package waits for the next run", async () => {
    const project = new Project({ "main.ts": oneTable });
    const run = project.start(["run", "main.ts"], { STOP: "normalize" });
    await run.printed("at normalize");
    run.kill("SIGINT");
    const { code, stderr } = await run.ended;

    expect(code).toBe(7);
    expect(stderr).toContain("The run was cancelled after step `normalize`, which was finished; the next run goes on from there.");
    expect((await infoOf(project)).pendingPackages).toMatchObject([{ state: "normalized" }]);
    await project.leat(["run", "main.ts"]);
    expect(await numbersIn(project)).toEqual([0, 1, 2, 3]);
  });

  onPosix("during load lets it finish; the package is loaded", async () => {
    const project = new Project({ "main.ts": oneTable });
    const run = project.start(["run", "main.ts"], { STOP: "load" });
    await run.printed("at load");
    run.kill("SIGINT");
    const { code, stderr } = await run.ended;

    expect(code).toBe(7);
    expect(stderr).toContain("The run was cancelled after step `load`, which was finished");
    expect(await infoOf(project)).toMatchObject({ pendingPackages: [], lastLoadedPackage: { state: "loaded" } });
    expect(await numbersIn(project)).toEqual([0, 1]);
    await project.leat(["run", "main.ts"]);
    expect(await numbersIn(project)).toEqual([0, 1, 2, 3]);
  });

  onPosix("stops a script that would go on with other runs", async () => {
    const project = new Project({
      "main.ts": `${prelude} const p = shop(); await p.run(numbers("a")); console.log("second"); await p.run(numbers("b"));`,
    });
    const run = project.start(["run", "main.ts"], { STOP: "load" });
    await run.printed("at load");
    run.kill("SIGINT");
    const { code, stdout } = await run.ended;
    expect(code).toBe(7);
    expect(stdout).not.toContain("second");
  });

  onPosix("ends all runs that go on at the same time", async () => {
    const both = `${prelude}
      const runs = ["first", "second"].map((name) => shop(name).run(numbers("numbers", forever)));
      console.log((await Promise.allSettled(runs)).map((run) => run.status === "rejected" && run.reason.code).join());`;
    const project = new Project({ "main.ts": both });
    const run = project.start(["run", "main.ts"], { STOP: "extract" });
    await run.printed("at extract\nat extract");
    run.kill("SIGINT");
    await run.printed("cancelled,cancelled");
  });

  onPosix("with --json is an error document", async () => {
    const project = new Project({ "main.ts": oneTable });
    const run = project.start(["run", "--json", "main.ts"], { STOP: "extract" });
    await run.printed("at extract");
    run.kill("SIGINT");
    const { code, stdout } = await run.ended;
    expect([code, JSON.parse(stdout)]).toMatchObject([7, { error: { code: "cancelled", exitCode: 7 }, runs: [] }]);
  });

  onPosix("is left to a script that listens to it", async () => {
    const own = `process.on("SIGINT", () => console.log("mine"));`;
    const project = new Project({ "main.ts": `${own}\n${oneTable.replace("60_000", "1500")}` });
    const run = project.start(["run", "main.ts"], { STOP: "extract" });
    await run.printed("at extract");
    run.kill("SIGINT");
    const { code, stdout } = await run.ended;
    expect(code).toBe(0);
    expect(stdout).toContain("mine");
    expect(await numbersIn(project)).toEqual([0, 1]);
  });
});

describe("the second Ctrl-C", () => {
  const stubborn = `${prelude}
    await shop().run(resource("numbers", async function* ({ state }: { state: { given?: number } }) {
      const given = state.given ?? 0;
      state.given = given + 1;
      try {
        yield { n: given };
        if (stop === "extract") { console.log("at extract"); await forever(); }
      } finally {
        if (stop === "extract") await forever();
      }
    }));`;

  const tables = Array.from({ length: 12 }, (_, i) => `numbers("t${i}")`).join(", ");
  const manyTables = `${prelude} await shop().run([${tables}]);`;

  onPosix("ends an extract at once", async () => {
    const project = new Project({ "main.ts": stubborn });
    await project.leat(["run", "main.ts"]);
    const run = project.start(["run", "main.ts"], { STOP: "extract" });
    await run.printed("at extract");
    run.kill("SIGINT");
    await run.printed("once more ends at once");
    const { took, code } = await endedBy(run);
    expect(code).toBe(130);
    // The generator does not end before a minute is over.
    expect(took).toBeLessThan(20_000);
    await project.leat(["run", "main.ts"]);
    expect(await numbersIn(project)).toEqual([0, 1]);
  });

  onPosix("ends a load in its transaction; the next run has exactly the rows", async () => {
    const project = new Project({ "main.ts": manyTables });
    const run = project.start(["run", "main.ts"], { STOP: "load" });
    await run.printed("at load");
    run.kill("SIGINT");
    await run.printed("once more ends at once");
    expect((await endedBy(run)).code).toBe(130);
    expect((await infoOf(project)).pendingPackages).toHaveLength(1);
    await project.leat(["run", "main.ts"]);
    for (const table of ["t0", "t7", "t11"]) expect(await numbersIn(project, table)).toEqual([0, 1, 2, 3]);
  });

  async function endedBy(run: ReturnType<Project["start"]>): Promise<{ readonly code: number | null; readonly took: number }> {
    const start = performance.now();
    run.kill("SIGINT");
    const { code } = await run.ended;
    return { code, took: performance.now() - start };
  }
});

describe("a listener that throws when it hears of the interruption", () => {
  onPosix("fails the run with its error, which the script can catch", async () => {
    const project = new Project({
      "main.ts": `import { setTimeout as sleep } from "node:timers/promises";
        import { pipeline, resource } from "leat";
        const onEvent = (event) => { if (event.type === "warning") throw new Error("the alert failed"); };
        const rows = resource("rows", async function* ({ signal }) {
          yield { n: 1 };
          console.log("at extract");
          await sleep(60_000, undefined, { signal });
        });
        await pipeline({ name: "shop", onEvent }).run(rows).catch((error) => console.log("caught " + error.message));`,
    });
    const run = project.start(["run", "main.ts"]);
    await run.printed("at extract");
    run.kill("SIGINT");
    const { code, stdout } = await run.ended;
    expect([code, stdout]).toEqual([0, expect.stringContaining("caught the alert failed")]);
  });
});
