// Builds the package. `tsc` compiles src/ to build/, module by module; what is published, dist/, has these modules in few files, since each file that
// Node opens costs a small run half a millisecond. Types stay a file per module. What was built of the same files before stays.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { chunkGroups } from "./chunk-groups.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const build = join(root, "build");
const dist = join(root, "dist");

/** What others name: the package's exports, its command and the code of its threads. */
const entryPoints = ["index", "destination-kit/index", "testing/index", "cli/main", "normalize/unit-thread"];
/** What only tests reach, those that kill a process in the middle of its work. */
const forTests = ["core/crash-point", "pipeline/pipeline"];
/** Packages of many small files, which are put into few. They stay as they are, with their licenses beside them. */
const bundledPackages = ["@duckdb/node-api", "lossless-json"];
/** What stands in the place of modules. */
const substitutes = {
  "@duckdb/node-bindings": join(build, "drivers/duckdb-bindings.js"),
  "./duckdb-accessors.js": join(root, "node_modules/@duckdb/node-api/lib/vectors/dataAccessors.js"),
};

/** All that a build depends on. */
const inputs = [
  "src",
  "scripts/build.mjs",
  "scripts/chunk-groups.mjs",
  "scripts/build-kernel.mjs",
  "tsconfig.json",
  "tsconfig.build.json",
  "package.json",
  "package-lock.json",
];
/** What the build was made of. It is written last: one that was interrupted is done again. */
const stamp = join(build, ".made-of");

const madeOf = digestOf(inputs.flatMap(filesOf));
if (existsSync(join(dist, "index.js")) && existsSync(stamp) && readFileSync(stamp, "utf8") === madeOf) process.exit(0);

execFileSync(process.execPath, [join(root, "scripts/build-kernel.mjs")], { cwd: root, stdio: "inherit" });
// A file that was removed from src/ does not live on in the package.
for (const folder of [build, dist]) rmSync(folder, { recursive: true, force: true });
execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
});
cpSync(build, dist, { recursive: true, filter: (path) => !/\.js(\.map)?$/.test(path) });
await bundle([...entryPoints, ...forTests, ...readdirSync(join(build, "destinations")).map((name) => `destinations/${name}/index`)]);
for (const name of bundledPackages) copyLicense(name);
writeFileSync(stamp, madeOf);

function filesOf(path) {
  if (!statSync(join(root, path)).isDirectory()) return [path];
  return readdirSync(join(root, path))
    .sort()
    .flatMap((name) => filesOf(`${path}/${name}`));
}

function digestOf(paths) {
  const digest = createHash("sha256");
  for (const path of paths)
    digest.update(`${path}\0`).update(
      createHash("sha256")
        .update(readFileSync(join(root, path)))
        .digest(),
    );
  return digest.digest("hex");
}

async function bundle(names) {
  const input = Object.fromEntries(names.map((name) => [name, join(build, `${name}.js`)]).filter(([, path]) => existsSync(path)));
  const bundled = await rolldown({
    input,
    platform: "node",
    external: (id) => isPackage(id) && !(id in substitutes) && !bundledPackages.some((name) => id === name || id.startsWith(`${name}/`)),
    // Else helpers that several entry points share may come to lie in one of them, and a library would start the command line.
    preserveEntrySignatures: "strict",
    experimental: { chunkOptimization: false },
    plugins: [{ name: "leat", resolveId: (id) => substitutes[id] ?? null, load: withMap, renderChunk: asAscii }],
  });
  await bundled.write({
    dir: dist,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: "chunks/[name].js",
    sourcemap: true,
    // Those that people read are in the types and the sources, which are part of the package.
    comments: { jsdoc: false, annotation: true, legal: true },
    codeSplitting: { groups: chunkGroups(build) },
  });
  await bundled.close();
}

function isPackage(id) {
  return !/^[./]/.test(id) && !/^[a-z]:[\\/]/i.test(id);
}

/** The text of a module with the map that `tsc` made, so that maps lead to the sources. */
function withMap(path) {
  if (!path.startsWith(build + sep)) return null;
  return { code: readFileSync(path, "utf8"), map: JSON.parse(readFileSync(`${path}.map`, "utf8")) };
}

/** One other character makes the text of a file twice as large in memory, and slower to compile. */
function asAscii(code) {
  return { code: code.replace(/[^\0-\x7f]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`), map: null };
}

function copyLicense(name) {
  const target = join(dist, "licenses", `${name.replaceAll("/", "-")}.txt`);
  const folder = join(root, "node_modules", name);
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  if (file === undefined) throw new Error(`The package ${name} has no license file.`);
  mkdirSync(dirname(target), { recursive: true });
  cpSync(join(folder, file), target);
}
