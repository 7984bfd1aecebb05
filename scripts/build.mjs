// Builds the package. `tsc` compiles src/ to build/, module by module; what is published, dist/, has these modules in few files, since each file that
// Node opens costs a small run half a millisecond. Types stay a file per module.
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = fileURLToPath(new URL("..", import.meta.url));
const build = join(root, "build");
const dist = join(root, "dist");

/** What others name: the package's exports, its command and the code of its threads. */
const entryPoints = ["index", "destination-kit/index", "testing/index", "cli/main", "normalize/unit-thread"];
/** What only tests reach, those that kill a process in the middle of its work. */
const forTests = ["core/crash-point", "pipeline/pipeline"];

execFileSync(process.execPath, [join(root, "scripts/build-kernel.mjs")], { cwd: root, stdio: "inherit" });
// A file that was removed from src/ does not live on in the package.
for (const folder of [build, dist]) rmSync(folder, { recursive: true, force: true });
execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
});
cpSync(build, dist, { recursive: true, filter: (path) => !/\.js(\.map)?$/.test(path) });
await bundle([...entryPoints, ...forTests, ...readdirSync(join(build, "destinations")).map((name) => `destinations/${name}/index`)]);

async function bundle(names) {
  const input = Object.fromEntries(names.map((name) => [name, join(build, `${name}.js`)]).filter(([, path]) => existsSync(path)));
  const bundled = await rolldown({
    input,
    platform: "node",
    external: (id) => !/^[./]/.test(id) && !/^[a-z]:[\\/]/i.test(id),
    // Else helpers that several entry points share may come to lie in one of them, and a library would start the command line.
    preserveEntrySignatures: "strict",
    experimental: { chunkOptimization: false },
    plugins: [{ name: "maps of tsc", load: withMap }],
  });
  await bundled.write({ dir: dist, format: "esm", entryFileNames: "[name].js", chunkFileNames: "chunks/[name].js", sourcemap: true });
  await bundled.close();
}

/** The text of a module with the map that `tsc` made, so that maps lead to the sources. */
function withMap(path) {
  return { code: readFileSync(path, "utf8"), map: JSON.parse(readFileSync(`${path}.map`, "utf8")) };
}
