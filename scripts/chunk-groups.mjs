import { join } from "node:path";

const names = ["duckdb-api", "core", "leat", "destination-kit", "normalize", "run", "duckdb"];

/**
 * Which modules come into one file of dist/. Those that are loaded together lie together, so that a run opens few files; and nobody loads by this what
 * he did not load before: each file has what one way into the package needs, without what the files before it have.
 */
export function chunkGroups(build, ending = ".js") {
  let named;
  const nameOf = (id, context) => {
    if (/[\\/]node_modules[\\/]@duckdb[\\/]/.test(id)) return "duckdb-api";
    named ??= nameAll(
      (name) => join(build, `${name}${ending}`),
      (each) => context.getModuleInfo(each),
    );
    return named.get(id);
  };
  return names.map((name, index) => ({
    name: (id, context) => (nameOf(id, context) === name ? name : null),
    debugName: name,
    priority: names.length - index,
  }));
}

function nameAll(pathOf, getModuleInfo) {
  const neededBy = (name) => closure(pathOf(name), getModuleInfo);
  const [program, run, thread] = [neededBy("index"), neededBy("pipeline/work"), neededBy("normalize/unit-thread")];
  const [destination, commandLine] = [neededBy("destinations/duckdb/index"), neededBy("cli/main")];
  const named = new Map();
  const put = (name, modules) => {
    for (const id of modules) if (!named.has(id)) named.set(id, name);
  };
  // What `import "leat"` loads; before it the part of that which threads and the command line need.
  put("core", [...common(program, thread), ...common(new Set([...program, ...run, ...destination]), commandLine)]);
  put("leat", program);
  // What destinations and runs share has to lie outside of both.
  put("destination-kit", [...neededBy("destination-kit/index"), ...common(destination, run)]);
  put("normalize", common(run, thread));
  put("run", run);
  put("duckdb", destination);
  return named;
}

function common(one, other) {
  return [...one].filter((id) => other.has(id));
}

/** The module and all that it imports, other than what it imports later. */
function closure(path, getModuleInfo) {
  const found = new Set();
  const waiting = [path];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    const info = found.has(id) ? null : getModuleInfo(id);
    if (info === null) continue;
    found.add(id);
    waiting.push(...info.importedIds);
  }
  return found;
}
