import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const destinations = readdirSync(join(root, "src/destinations"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
const entryPoints = ["", "destination-kit", "testing", ...destinations.map(({ name }) => `destinations/${name}`)].map((folder) =>
  join(root, "src", folder, "index.ts"),
);

test("every name that the package exports says what it is", { timeout: 60_000 }, () => {
  const program = ts.createProgram(entryPoints, {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    allowImportingTsExtensions: true,
    noEmit: true,
    strict: true,
    skipLibCheck: true,
    types: ["node"],
    typeRoots: [join(root, "node_modules", "@types")],
  });
  const checker = program.getTypeChecker();
  const silent = entryPoints.flatMap((path) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(path)!)!;
    const names = checker.getExportsOfModule(module);
    expect(names).not.toEqual([]);
    return names.filter((name) => !isTold(name)).map((name) => `${path}: ${name.name}`);
  });
  expect(silent).toEqual([]);

  function isTold(exported: ts.Symbol): boolean {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    const [declaration] = symbol.declarations ?? [];
    // Of another package, such as Decimal.
    if (declaration?.getSourceFile().fileName.includes("/node_modules/") === true) return true;
    return symbol.getDocumentationComment(checker).length > 0;
  }
});
