import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Project } from "./project.ts";

const chess = `
import { pipeline, resource, source, Decimal, PlainDate } from "leat";
import { duckdb } from "leat/destinations/duckdb";
const p = pipeline({ name: "chess", destination: duckdb("chess.duckdb"), datasetName: "chess_data", progress: "none" });
const columns = { uuid: { nullable: false, description: "Of the site" }, notes: { dataType: "json" as const } };
await p.run(resource("players_games", { columns, description: "One row per game" }, [
  { uuid: "a", rating: 1500, end_time: "2024-05-01T10:00:00.000123Z", day: PlainDate.from("2024-05-01"), fee: new Decimal("1.50"), won: true, notes: { a: 1 }, tags: ["x", "y"] },
  { uuid: "b", rating: null, end_time: "2024-05-02T10:00:00Z", score: 0.5 },
]));
await p.run(source("people", () => resource("players", [{ name: "Ada" }]))());
`;

const shop = `
import { pipeline } from "leat";
const p = pipeline({ name: "my shop", progress: "none" });
await p.run([{ id: 1 }], { tableName: "orders" });
`;

/** Uses what is generated; its values are printed with the types that they are declared with. */
const program = `
import { type Decimal, type PlainDate, pipeline, type TableRow, type Timestamp } from "leat";
import { duckdb } from "leat/destinations/duckdb";

const p = pipeline({ name: "chess", destination: duckdb("chess.duckdb"), datasetName: "chess_data", progress: "none" });
const games = p.dataset().table("players_games");
const row: TableRow<"chess_data", "players_games"> | undefined = await games.where("rating", ">", 1400).fetchOne();
const uuid: string = row!.uuid;
const time: Timestamp = (await games.where("end_time", "<", new Date("2024-05-02")).max("end_time"))!;
const day: PlainDate = row!.day!;
const fee: Decimal = row!.fee!;
const rating: number | null = await games.max("rating");
const won: boolean | null = row!.won;
const notes: string | null = row!.notes;
const tags: string[] = (await p.dataset().table("players_games__tags").orderBy("_dlt_list_idx").fetchAll()).map((tag) => tag.value ?? "");
const big: number | bigint | null = (await p.dataset({ integers: "bigint" }).table("players_games").where("uuid", "=", "a").fetchOne())!.rating;
const loads: number = (await p.dataset().table("_dlt_loads").fetchAll()).filter((load) => load.status === 0).length;
const people: (string | null)[] = (await p.dataset().table("players").fetchAll()).map(({ name }) => name);
console.log(JSON.stringify([uuid, time.microseconds, day, fee.plus(1), rating, won, notes, tags, typeof big, loads, people]));
`;

/** Each line is wrong, and says why. */
const wrongProgram = `
import { pipeline } from "leat";
const dataset = pipeline({ name: "chess", datasetName: "chess_data" }).dataset();
dataset.table("players_game");
dataset.table("players_games").where("ratin", ">", 1);
dataset.table("players_games").where("rating", ">", "1");
dataset.table("players_games").select("elo");
(await dataset.table("players_games").fetchOne())!.uuid.toFixed();
(await dataset.table("players_games").fetchOne())!.rating.toFixed();
`;

const wrongMessages = [
  /^4: Argument of type '"players_game"' is not assignable to parameter of type '"players" \| "players_games" \| /,
  /^5: Argument of type '"ratin"' is not assignable/,
  /^6: Argument of type 'string' is not assignable to parameter of type 'number \| bigint'/,
  /^7: Argument of type '"elo"' is not assignable/,
  /^8: Property 'toFixed' does not exist on type 'string'/,
  /^9: .* is possibly 'null'/,
];

const read = (project: Project, file: string): string => readFileSync(join(project.dir, file), "utf8");

describe("leat types, of pipelines that ran", () => {
  let project: Project;
  let remove: () => void;

  beforeAll(async () => {
    const dir = mkdtempSync(join(realpathSync(tmpdir()), "leat-test-"));
    remove = () => rmSync(dir, { recursive: true, force: true });
    const types = fileURLToPath(new URL("../../node_modules/@types", import.meta.url));
    project = new Project({ "chess.ts": chess, "shop.ts": shop, "package.json": '{ "type": "module" }' }, dir);
    symlinkSync(types, join(dir, "node_modules", "@types"));
    symlinkSync(join(types, "..", "zod"), join(dir, "node_modules", "zod"));
    for (const script of ["chess.ts", "shop.ts"]) expect((await project.leat(["run", script])).stderr).toBe("");
  });
  beforeEach(() => rmSync(join(project.dir, "leat-types.d.ts"), { force: true }));
  afterAll(() => remove());

  test("writes declarations of all tables of one pipeline", async () => {
    const { code, stdout, stderr } = await project.leat(["types", "chess"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toBe("Wrote leat-types.d.ts: chess_data (6 tables).\nIt counts wherever your tsconfig.json includes it.\n");
    const text = read(project, "leat-types.d.ts");
    expect(text).toContain("Pipelines: chess\n");
    expect(text).toContain(`
declare module "leat" {
  interface Datasets {
    chess_data: {
      players: {
        name: string | null;
        _dlt_id: string;
        _dlt_load_id: string;
      };
      /** One row per game */
      players_games: {
        day: PlainDate | null;
        end_time: Timestamp | null;
        fee: Decimal | null;
        /** JSON as text. */
        notes: string | null;
        rating: number | null;
        score: number | null;
        /** Of the site */
        uuid: string;
        won: boolean | null;
        _dlt_id: string;
        _dlt_load_id: string;
      };
      players_games__tags: {
        value: string | null;
        _dlt_id: string;
        _dlt_list_idx: number;
        _dlt_parent_id: string;
      };
`);
  });

  test("a program that uses them compiles, and its values are what they say; a wrong name does not compile", {
    timeout: 120_000,
  }, async () => {
    await project.leat(["types", "chess"]);
    project.write("program.ts", program);
    project.write("wrong.ts", wrongProgram);
    expect(problems(project, "program.ts", { checksDeclarations: true })).toEqual([]);
    const found = problems(project, "wrong.ts");
    expect(found).toHaveLength(wrongMessages.length);
    for (const [index, message] of wrongMessages.entries()) expect(found[index]).toMatch(message);
    const { stdout, stderr } = await project.leat(["run", "program.ts"]);
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual(["a", 123, "2024-05-01", "2.5", 1500, true, '{"a":1}', ["x", "y"], "bigint", 2, ["Ada"]]);
  });

  test("without them the same program and the wrong one compile, but for what they get from unknown rows", () => {
    project.write("wrong.ts", wrongProgram);
    expect(problems(project, "wrong.ts").filter((message) => !/unknown/.test(message))).toEqual([]);
  });

  test("takes all pipelines of the machine for a new file, and for one that is there those that it has", async () => {
    expect((await project.leat(["types"])).stdout).toMatch(
      /^Wrote leat-types\.d\.ts: chess_data \(6 tables\), my shop_dataset \(4 tables\)\./,
    );
    expect(read(project, "leat-types.d.ts")).toContain('Pipelines: chess, "my shop"\n');
    expect((await project.leat(["types"])).stdout).toBe(
      "leat-types.d.ts is up to date: chess_data (6 tables), my shop_dataset (4 tables).\n",
    );
    expect((await project.leat(["types", "my shop", "my shop"])).stdout).toBe("Renewed leat-types.d.ts: my shop_dataset (4 tables).\n");
    expect((await project.leat(["types"])).stdout).toBe("leat-types.d.ts is up to date: my shop_dataset (4 tables).\n");
  });

  test("--check says what differs, exits with 1, and writes nothing", async () => {
    const missing = await project.leat(["types", "--check", "chess"]);
    expect([missing.code, missing.stdout]).toEqual([1, "There is no leat-types.d.ts: npx leat types writes it.\n"]);
    expect(existsSync(join(project.dir, "leat-types.d.ts"))).toBe(false);
    await project.leat(["types", "chess"]);
    const fine = await project.leat(["types", "--check"]);
    expect([fine.code, fine.stdout]).toEqual([0, "leat-types.d.ts is up to date: chess_data (6 tables).\n"]);
    const text = read(project, "leat-types.d.ts");
    const older = text
      .replace("        rating: number | null;\n", "        rating: string;\n        old: boolean;\n")
      .replace(/ {6}players: [^}]*};\n/, "");
    project.write("leat-types.d.ts", older);
    const changed = await project.leat(["types", "--check"]);
    expect([changed.code, changed.stderr]).toEqual([1, ""]);
    expect(changed.stdout).toBe(`leat-types.d.ts is out of date, npx leat types renews it:
  + chess_data.players: { … }
  + chess_data.players._dlt_id: string;
  + chess_data.players._dlt_load_id: string;
  + chess_data.players.name: string | null;
  - chess_data.players_games.old: boolean;
  - chess_data.players_games.rating: string;
  + chess_data.players_games.rating: number | null;
`);
    expect(read(project, "leat-types.d.ts")).toBe(older);
    project.write("leat-types.d.ts", text.replace("    chess_data: {", "    chess_data:   {"));
    project.write("leat-types.d.ts", `${text}\n\n`);
    expect((await project.leat(["types", "--check"])).stdout).toContain("out of date, though in its form only");
    project.write("leat-types.d.ts", text.replaceAll("\n", "\r\n"));
    expect((await project.leat(["types", "--check"])).code).toBe(0);
  });

  test("--json is one document", async () => {
    const written = JSON.parse((await project.leat(["types", "my shop", "--json", "-o", "shop-types.d.ts"])).stdout);
    const path = join(project.dir, "shop-types.d.ts");
    const datasets = { "my shop_dataset": ["_dlt_loads", "_dlt_pipeline_state", "_dlt_version", "orders"] };
    expect(written).toEqual({ path, pipelines: ["my shop"], datasets, change: "new" });
    expect(JSON.parse((await project.leat(["types", "--json", "-o", "shop-types.d.ts"])).stdout)).toEqual({ ...written, change: "none" });
    writeFileSync(path, readFileSync(path, "utf8").replace("id: number", "id: string"));
    const checked = await project.leat(["types", "--check", "--json", "-o", "shop-types.d.ts"]);
    expect(checked.code).toBe(1);
    expect(JSON.parse(checked.stdout)).toEqual({
      path,
      pipelines: ["my shop"],
      datasets,
      isUpToDate: false,
      differences: ['- "my shop_dataset".orders.id: string | null;', '+ "my shop_dataset".orders.id: number | null;'],
    });
    rmSync(path);
  });

  test("on a machine that has no copy it asks the destination, gives the same text, and leaves nothing behind", async () => {
    await project.leat(["types", "chess"]);
    const elsewhere = ["--pipelines-dir", "empty", "--destination", "duckdb", "--dataset-name", "chess_data"];
    const { code, stdout, stderr } = await project.leat(["types", "--check", ...elsewhere]);
    expect([code, stderr, stdout]).toEqual([0, "", "leat-types.d.ts is up to date: chess_data (6 tables).\n"]);
    expect(existsSync(join(project.dir, "empty"))).toBe(false);
    const wrong = await project.leat(["types", "chess", "--pipelines-dir", "empty", "--destination", "duckdb", "--dataset-name", "other"]);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain("Dataset `other` of");
  });

  test("what is not there is an error of usage that says what to do", async () => {
    const cases: readonly (readonly [readonly string[], string])[] = [
      [["types", "nope"], "There is no pipeline `nope`"],
      [["types", "nope"], "--destination"],
      [["types", "--pipelines-dir", "empty"], "Run one first"],
      [["types", "chess", "--dataset-name", "x"], "give both, or neither"],
      [["types", "--destination", "duckdb"], "has to name them"],
      [["types", "chess", "-o", "no/such/folder.d.ts"], "folder.d.ts` cannot be written"],
      [["types", "chess", "-o", "."], "cannot be read"],
    ];
    for (const [args, text] of cases) {
      const { code, stderr } = await project.leat(args);
      expect([code, stderr]).toEqual([2, expect.stringContaining(text)]);
    }
    expect(existsSync(join(project.dir, "leat-types.d.ts"))).toBe(false);
  });

  test("never writes over a file of somebody else", async () => {
    project.write("leat-types.d.ts", "export {};\n");
    for (const args of [
      ["types", "chess"],
      ["types", "--check"],
    ]) {
      const { code, stderr } = await project.leat(args);
      expect([code, stderr]).toEqual([2, expect.stringContaining("was not written by `leat types`, and stays as it is")]);
    }
    expect(read(project, "leat-types.d.ts")).toBe("export {};\n");
  });

  test("the zod schemas of a pipeline are a module that runs, and its rows pass them", async () => {
    project.write("rows.ts", (await project.leat(["pipeline", "chess", "schema", "--format", "zod"])).stdout);
    project.write(
      "check.ts",
      `import { pipeline, type TableRow } from "leat";
       import { duckdb } from "leat/destinations/duckdb";
       import { PlayersGames, PlayersGamesTags } from "./rows.ts";
       const dataset = pipeline({ name: "chess", destination: duckdb("chess.duckdb"), datasetName: "chess_data", progress: "none" }).dataset();
       const games: PlayersGames[] = PlayersGames.array().parse(await dataset.table("players_games").fetchAll());
       const same: TableRow<"chess_data", "players_games">[] = games;
       const tags = PlayersGamesTags.array().parse(await dataset.table("players_games__tags").fetchAll());
       console.log(same.length, tags.length, PlayersGames.safeParse({ ...games[0], rating: "1500" }).success);`,
    );
    await project.leat(["types", "chess"]);
    expect(problems(project, "check.ts")).toEqual([]);
    expect((await project.leat(["run", "check.ts"])).stdout).toBe("2 2 false\n");
  });
});

describe("leat types, for pipelines of other kinds", () => {
  test("a dataset that several pipelines load has the tables of all", async () => {
    const loading = (name: string, rows: string): string =>
      `await pipeline({ name: "${name}", destination: duckdb("one.duckdb"), datasetName: "one", progress: "none" }).run(${rows}, { tableName: "users" });`;
    const imports = 'import { pipeline } from "leat"; import { duckdb } from "leat/destinations/duckdb";\n';
    const project = new Project({ "run.ts": imports + loading("a", '[{ id: 1, name: "Ada" }]') + loading("b", "[{ id: 2, age: 36 }]") });
    expect((await project.leat(["run", "run.ts"])).stderr).toBe("");
    expect((await project.leat(["types"])).stdout).toContain("one (4 tables)");
    expect(read(project, "leat-types.d.ts")).toContain(`
      users: {
        age: number | null;
        id: number | null;
        name: string | null;
`);
  });

  test("dev mode and datasets by schema have the names that programs give", async () => {
    const project = new Project({
      "run.ts": `
        import { pipeline, resource, source } from "leat";
        const sources = () => ["one", "two"].map((name) => source(name, () => resource("of_" + name, [{ id: 1 }]))());
        await pipeline({ name: "dev", devMode: true, datasetName: "dev_data", progress: "none" }).run(sources());
        await pipeline({ name: "many", useSingleDataset: false, datasetName: "many_data", progress: "none" }).run(sources());`,
    });
    expect((await project.leat(["run", "run.ts"])).stderr).toBe("");
    const { datasets } = JSON.parse((await project.leat(["types", "--json"])).stdout);
    expect(datasets).toEqual({
      dev_data: ["_dlt_loads", "_dlt_pipeline_state", "_dlt_version", "of_one", "of_two"],
      many_data: ["_dlt_loads", "_dlt_pipeline_state", "_dlt_version", "of_one"],
      many_data_two: expect.arrayContaining(["_dlt_loads", "_dlt_version", "of_two"]),
    });
  });
});

/** What the compiler says about a file of a strict project, and the declarations beside it. */
function problems(project: Project, file: string, { checksDeclarations = false } = {}): string[] {
  const declarations = join(project.dir, "leat-types.d.ts");
  const paths = [join(project.dir, file), ...(existsSync(declarations) ? [declarations] : [])];
  const compiled = ts.createProgram(paths, {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2023,
    lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
    module: ts.ModuleKind.NodeNext,
    allowImportingTsExtensions: true,
    types: ["node"],
    typeRoots: [join(project.dir, "node_modules", "@types")],
    skipDefaultLibCheck: true,
    skipLibCheck: !checksDeclarations,
  });
  const ours = ts.getPreEmitDiagnostics(compiled).filter((problem) => problem.file?.fileName.startsWith(project.dir) !== false);
  return ours.map(({ file: at, start, messageText }) => {
    const line = at === undefined ? 0 : at.getLineAndCharacterOfPosition(start!).line + 1;
    return `${line}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
}
