// The layer map: each folder of src/, and all that it may import. ARCHITECTURE.md says why.
const base = ["core", "schema", "state", "config", "formats", "load-package"];

export const layers = {
  core: [],
  schema: ["core"],
  state: ["core"],
  config: ["core"],
  http: ["core"],
  formats: ["core", "schema"],
  drivers: ["core", "config"],
  "load-package": ["core", "schema", "state", "formats"],
  "destination-kit": base,
  dataset: [...base, "destination-kit"],
  extract: [...base, "dataset"],
  normalize: [...base, "destination-kit"],
  load: [...base, "destination-kit"],
  pipeline: [...base, "destination-kit", "extract", "normalize", "load", "dataset", "destinations"],
  destinations: [...base, "drivers", "destination-kit"],
  sources: ["core", "schema", "config", "formats", "http", "drivers", "extract"],
  testing: [...base, "destination-kit", "extract", "pipeline", "destinations"],
  cli: ["core", "schema", "state", "config", "pipeline", "destinations", "sources"],
};

const testFile = "\\.(test|test-d)\\.ts$";

const forbiddenEdges = Object.entries(layers).map(([layer, allowed]) => ({
  name: `layer-${layer}`,
  comment: `src/${layer} may import ${allowed.length ? allowed.join(", ") : "nothing of ours"}`,
  severity: "error",
  from: { path: `^src/${layer}/`, pathNot: testFile },
  to: { path: "^src/", pathNot: [`^src/${layer}/`, ...allowed.map((name) => `^src/${name}/`)] },
}));

export default {
  forbidden: [
    ...forbiddenEdges,
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "connectors-are-islands",
      comment: "A destination or source never imports another one.",
      severity: "error",
      from: { path: "^src/(destinations|sources)/([^/]+)/", pathNot: testFile },
      to: { path: "^src/(destinations|sources)/[^/]+/", pathNot: "^src/$1/$2/" },
    },
    {
      name: "pipeline-knows-the-registry-only",
      severity: "error",
      from: { path: "^src/pipeline/", pathNot: testFile },
      to: { path: "^src/destinations/", pathNot: "^src/destinations/registry\\.ts$" },
    },
    {
      name: "no-test-code-in-the-product",
      severity: "error",
      from: { path: "^src/", pathNot: `${testFile}|__fixtures__` },
      to: { path: `${testFile}|__fixtures__|^test/` },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    // The kernel is AssemblyScript, compiled by itself.
    exclude: { path: "^src/.*/assembly/" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types"] },
  },
};
