import { describe, expect, test } from "vitest";
import { type Pipeline, type PipelineEvent, type PipelineOptions, type ResourceContext, resource } from "../../src/index.ts";
import { failure, type Machine, machine, tables, values } from "./local-pipeline.ts";

type Seen = { readonly seen?: string[]; runs?: number };

/** Keeps so many texts of 1000 characters in its state. */
const hoarder = (count: number, name = "hoarder") =>
  resource(name, function* ({ state }: ResourceContext<{ seen?: string[]; runs?: number }>) {
    state.seen = Array.from({ length: count }, () => "x".repeat(1000));
    yield { id: 1 };
  });

interface Watched {
  readonly p: Pipeline;
  /** Of all its runs. */
  readonly warnings: string[];
}

function watched(local: Machine, options: PipelineOptions): Watched {
  const warnings: string[] = [];
  const onEvent = (event: PipelineEvent): void => {
    if (event.type === "warning" && event.code === "state-size") warnings.push(event.message);
  };
  return { p: local.pipeline({ onEvent, ...options }), warnings };
}

describe("State: size", () => {
  test("State: a run that makes it larger than warnBytes says which slot it is, how large, and what to do", async () => {
    const { p, warnings } = watched(machine(), { state: { warnBytes: 10_000 } });
    await p.run([hoarder(3, "small"), hoarder(20)]);
    expect(warnings).toEqual([
      expect.stringMatching(/^The pipeline state is 23\.\d kB of JSON\. 20\.\d kB of it are resource `hoarder` of source `shop`/),
    ]);
    expect(warnings[0]).toContain("at `sources.shop.resources.hoarder`");
    expect(warnings[0]).toContain("docs/when-not-to-use-state.md");
  });

  test("State: what resources share is a slot, too", async () => {
    const { p, warnings } = watched(machine(), { state: { warnBytes: 10_000 } });
    const { current } = await import("../../src/index.ts");
    const sharing = resource("sharing", function* () {
      current.sourceState()["ids"] = Array.from({ length: 2000 }, (_, n) => 10_000 + n);
      yield { id: 1 };
    });
    await p.run(sharing);
    expect(warnings[0]).toContain("what the resources of source `shop` share, at `sources.shop`");
  });

  test("State: a state that is large already and does not grow is not warned of again, one that grows is", async () => {
    const local = machine();
    const { p, warnings } = watched(local, { state: { warnBytes: 10_000 } });
    await p.run(hoarder(20));
    await p.run(hoarder(20));
    await p.run(hoarder(15));
    expect(warnings).toHaveLength(1);
    await p.run(hoarder(16));
    expect(warnings).toHaveLength(2);
    local.wipe();
    await p.run(hoarder(16));
    expect(warnings).toHaveLength(2);
  });

  test("State: nothing is said below the limit, and there is none for the size that most have", async () => {
    const local = machine();
    const { p, warnings } = watched(local, { state: { warnBytes: 100_000 } });
    await p.run(hoarder(50));
    const usual = watched(local, {});
    await usual.p.run(hoarder(500));
    expect([...warnings, ...usual.warnings]).toEqual([]);
  });

  test("State: the warning is a line of the log", async () => {
    const lines: string[] = [];
    const line = (message: string): void => void lines.push(message);
    const p = machine().pipeline({
      progress: "log",
      logger: { debug: line, info: line, warn: line, error: line },
      state: { warnBytes: 1000 },
    });
    await p.run(hoarder(2));
    expect(lines.filter((each) => each.includes("The pipeline state is"))).toHaveLength(1);
  });

  test("State: a run that makes it larger than maxBytes fails with the slot, and nothing of it is kept", async () => {
    const { p } = watched(machine(), { state: { maxBytes: 10_000 } });
    await p.run(hoarder(5));
    const before = p.state;
    const error = await failure(() => p.run([resource("others", [{ id: 1 }]), hoarder(20)]));
    expect(error).toMatchObject({ code: "state-invalid", path: "sources.shop.resources.hoarder" });
    expect(String(error)).toContain("`state.maxBytes` of the pipeline allows 10.0 kB");
    expect([p.state, p.hasPendingData]).toEqual([before, false]);
    expect(await tables(p)).toEqual(["hoarder"]);
    await p.run(hoarder(6));
    expect(await values(p, "SELECT count(*) FROM hoarder")).toEqual([2]);
  });

  test("State: an edit may make a state that is too large smaller, not larger", async () => {
    const local = machine();
    await local.pipeline().run(hoarder(20));
    const p = local.pipeline({ state: { maxBytes: 10_000 } });
    const seen = (state: object): string[] =>
      (state as { sources: { shop: { resources: { hoarder: Required<Seen> } } } }).sources.shop.resources.hoarder.seen;
    expect(await failure(() => p.editState((state) => void seen(state).push("more")))).toMatchObject({ code: "state-invalid" });
    await p.editState((state) => void seen(state).splice(15));
    expect(seen(p.state)).toHaveLength(15);
  });

  test("State: the limits may come from the environment", async () => {
    process.env["STATE__MAX_BYTES"] = "2000";
    try {
      expect(await failure(() => machine().pipeline().run(hoarder(5)))).toMatchObject({ code: "state-invalid" });
      await machine()
        .pipeline({ state: { maxBytes: 100_000 } })
        .run(hoarder(5));
    } finally {
      delete process.env["STATE__MAX_BYTES"];
    }
  });

  test.each([{ warnBytes: -1 }, { maxBytes: 0 }, { keepVersions: 0 }, { keepVersions: 1.5 }, { more: 1 }])(
    "State: a limit that cannot be is refused: %j",
    (state) => {
      expect(() => machine().pipeline({ state })).toThrow(/state/);
    },
  );
});

describe("State: retention", () => {
  const counter = resource("counter", function* ({ state }: ResourceContext<Seen>) {
    state.runs = (state.runs ?? 0) + 1;
    yield { run: state.runs };
  });

  test("State: of 30 versions the newest 5 stay, and the newest is the one that is restored", async () => {
    const local = machine();
    for (let run = 0; run < 30; run += 1) await local.pipeline({ state: { keepVersions: 5 } }).run(counter);
    const p = local.pipeline({ state: { keepVersions: 5 } });
    expect((await p.stateHistory()).map(({ version }) => version)).toEqual([30, 29, 28, 27, 26]);
    expect(await values(p, "SELECT count(*) FROM _dlt_loads")).toEqual([30]);
    local.wipe();
    await p.run(counter);
    expect(await values(p, "SELECT max(run) FROM counter")).toEqual([31]);
    expect((await p.stateHistory()).map(({ version }) => version)).toEqual([31, 30, 29, 28, 27]);
  });

  test("State: the versions of other pipelines stay, and all of them without the setting", async () => {
    const local = machine();
    for (let run = 0; run < 3; run += 1) await local.pipeline({ name: "other" }).run(counter);
    for (let run = 0; run < 3; run += 1) await local.pipeline({ state: { keepVersions: 1 } }).run(counter);
    expect(await local.pipeline({ name: "other" }).stateHistory()).toHaveLength(3);
    expect(await local.pipeline().stateHistory()).toHaveLength(1);
  });
});
