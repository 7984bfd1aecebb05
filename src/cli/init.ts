import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { ConfigError } from "../core/errors.ts";
import { isConfirmed } from "./confirm.ts";
import { type DestinationTemplate, destinationTemplates, type SourceTemplate, sourceTemplates } from "./init-templates.ts";
import { print, printJson } from "./output.ts";
import { packageVersion } from "./package-version.ts";

export interface InitOptions {
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly dir?: string;
  readonly listSources?: boolean;
  readonly listDestinations?: boolean;
}

/** Makes a folder with an example that runs. What a project may have already stays as it is; a script is overwritten only when that is confirmed. */
export async function init(source: string | undefined, destination: string | undefined, options: InitOptions): Promise<void> {
  const { json = false, yes = false } = options;
  if (options.listSources === true) return list("sources", sourceTemplates, json);
  if (options.listDestinations === true) return list("destinations", destinationTemplates, json);
  const folder = resolve(options.dir ?? ".");
  const plan = planOf(folder, source ?? "rows", destination ?? "duckdb");
  const taken = plan.own.filter(({ path }) => existsSync(join(folder, path))).map(({ path }) => path);
  if (taken.length > 0 && !yes) {
    if (!json) print(`These files are in ${folder} already and would be overwritten:\n${taken.map((path) => `  ${path}`).join("\n")}`);
    if (!(await isConfirmed({ json }))) return print("Nothing was written.");
  }
  const kept = plan.shared.filter(({ path }) => existsSync(join(folder, path)));
  const written = [...plan.own, ...plan.shared.filter((file) => !kept.includes(file))];
  for (const file of written) write(folder, file);
  if (json) printJson({ folder, written: written.map(({ path }) => path), kept: kept.map(({ path }) => path) });
  else print(resultText(folder, written, kept, plan));
}

interface NewFile {
  readonly path: string;
  readonly text: string;
  /** What is to be added to a file that stays as it is. */
  readonly toAdd?: string;
}

interface Plan {
  readonly script: string;
  readonly own: readonly NewFile[];
  /** A project may have these already. */
  readonly shared: readonly NewFile[];
}

function planOf(folder: string, sourceName: string, destinationName: string): Plan {
  const source = templateOf("source", sourceTemplates, sourceName);
  const destination = templateOf("destination", destinationTemplates, destinationName);
  const script = `${sourceName}_pipeline.ts`;
  const own = [{ path: script, text: source.script.replaceAll("DESTINATION", destinationName) }, ...extraFiles(source)];
  return { script, own, shared: sharedFiles(folder, script, destination) };
}

function templateOf<Template>(kind: string, templates: { readonly [name: string]: Template }, name: string): Template {
  if (Object.hasOwn(templates, name)) return templates[name]!;
  throw new ConfigError(`There is no ${kind} \`${name}\` to begin with. There is ${Object.keys(templates).join(", ")}.`);
}

function extraFiles({ files = {} }: SourceTemplate): NewFile[] {
  return Object.entries(files).map(([path, text]) => ({ path, text }));
}

function sharedFiles(folder: string, script: string, destination: DestinationTemplate): NewFile[] {
  const packages = ["leat", ...Object.keys(destination.packages)].join(" ");
  return [
    { path: "package.json", text: packageJson(folder, script, destination), toAdd: `npm install ${packages}` },
    { path: "tsconfig.json", text: tsconfig },
    { path: ".leat/config.toml", text: destination.config, toAdd: "the settings of the destination" },
    { path: ".leat/secrets.toml", text: destination.secrets, toAdd: "the secrets of the destination" },
    { path: ".gitignore", text: gitignore(destination), toAdd: ".leat/secrets.toml" },
  ];
}

function packageJson(folder: string, script: string, { packages }: DestinationTemplate): string {
  const name = basename(folder)
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, "-")
    .replace(/^[._-]+/, "");
  const document = {
    name: name === "" ? "leat-project" : name,
    private: true,
    type: "module",
    scripts: { start: `leat run ${script}` },
    dependencies: { leat: `^${packageVersion()}`, ...packages },
    devDependencies: { "@types/node": "^20.18.0", typescript: ">=5.8.0" },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

const tsconfig = `{
  "compilerOptions": {
    "target": "es2023",
    "lib": ["es2023", "esnext.disposable"],
    "module": "nodenext",
    "types": ["node"],
    "strict": true,
    "skipLibCheck": true,
    "noEmit": true
  },
  "include": ["*.ts"]
}
`;

function gitignore({ dataFiles }: DestinationTemplate): string {
  return ["node_modules/", ".leat/secrets.toml", ...dataFiles].map((line) => `${line}\n`).join("");
}

function write(folder: string, { path, text }: NewFile): void {
  const full = join(folder, path);
  try {
    mkdirSync(dirname(full), { recursive: true });
    // Nobody else is to read passwords.
    writeFileSync(full, text, { mode: path.endsWith("secrets.toml") ? 0o600 : 0o666 });
  } catch (cause) {
    throw new ConfigError(`${full} cannot be written: ${(cause as Error).message}.`, { cause });
  }
}

function resultText(folder: string, written: readonly NewFile[], kept: readonly NewFile[], { script, shared }: Plan): string {
  const lines = [`Written to ${folder}:`, ...written.map(({ path }) => `  ${path}`)];
  if (kept.length > 0) {
    lines.push("There already, and left as they are:");
    lines.push(...kept.map(({ path, toAdd }) => (toAdd === undefined ? `  ${path}` : `  ${path}: has to have ${toAdd}`)));
  }
  const place = relative(process.cwd(), folder);
  const install = kept.find(({ path }) => path === "package.json")?.toAdd ?? "npm install";
  const needsSettings = shared.some(({ path, text }) => path.startsWith(".leat/") && text.includes("CHANGE_ME"));
  const steps = [
    ...(place === "" ? [] : [`cd ${place}`]),
    install,
    ...(needsSettings ? ["fill in CHANGE_ME in .leat/config.toml and .leat/secrets.toml"] : []),
  ];
  return [...lines, "Next:", ...[...steps, `npx leat run ${script}`].map((step) => `  ${step}`)].join("\n");
}

function list(what: string, templates: { readonly [name: string]: { readonly about: string } }, json: boolean): void {
  const rows = Object.entries(templates).map(([name, { about }]) => ({ name, about }));
  if (json) {
    printJson({ [what]: rows });
    return;
  }
  const width = Math.max(...rows.map(({ name }) => name.length));
  print(rows.map(({ name, about }) => `${name.padEnd(width)}  ${about}`).join("\n"));
}
