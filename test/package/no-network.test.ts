import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { tempDir } from "../temp-dir.ts";
import { root } from "./packed.ts";

const guard = fileURLToPath(new URL("no-network.mjs", import.meta.url));

/** Runs a program in a folder of its own, where every network call throws. */
async function run(code: string): Promise<string[]> {
  const folder = tempDir();
  writeFileSync(
    join(folder, "main.mjs"),
    code.replaceAll('"leat"', JSON.stringify(join(process.env["LEAT_DIST"] ?? join(root, "dist"), "index.js"))),
  );
  const env = { PATH: process.env["PATH"], HOME: folder, DLT_DATA_DIR: folder };
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", guard, "main.mjs"], { cwd: folder, env });
  return stdout.trim().split("\n");
}

test("the main job on DuckDB makes no network call: nothing is sent home", async () => {
  const printed = await run(`
    import { attach, LeatError, pipeline, resource } from "leat";
    const users = resource("users", { writeDisposition: "merge", primaryKey: "id" }, function* ({ state }) {
      state.runs = (state.runs ?? 0) + 1;
      yield [{ id: 1, at: new Date(), tags: ["a"] }, { id: 2 }];
    });
    const p = pipeline({ name: "quiet", progress: "log" });
    await p.run(users);
    const { rowCounts } = await p.run(users);
    await p.run(resource("broken", () => { throw new Error("boom"); })).catch((error) => console.log(error.code));
    const again = await attach("quiet");
    await again.sync();
    const sql = again.sqlClient();
    console.log(rowCounts.users, (await sql.query("SELECT count(*)::INT AS n FROM users"))[0].n);
    await sql.close();
  `);
  expect(printed).toEqual(["step-failed", "2 2", "network calls: none"]);
});

test("what watches for network calls sees them", async () => {
  const printed = await run(`
    import { get } from "node:http";
    import { connect } from "node:net";
    import { lookup } from "node:dns/promises";
    for (const call of [() => fetch("http://localhost"), () => get("http://localhost"), () => connect(1), () => lookup("localhost")]) {
      try { await call(); console.log("went out"); } catch (error) { console.log(error.message.split(":")[0]); }
    }
  `);
  expect(printed.slice(0, 4)).toEqual(Array.from({ length: 4 }, () => "A network call"));
  expect(printed.at(-1)).toMatch(/^network calls: fetch/);
});
