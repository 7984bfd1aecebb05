import { ConfigError } from "../core/errors.ts";
import type { Place } from "./lookup.ts";
import { nearestName } from "./nearest-name.ts";
import type { ConfigProvider } from "./provider.ts";

/** What is wrong with one setting. `setting` is its path in the spec, such as `credentials.host`. */
export type Problem = { readonly setting: string } & (
  | {
      readonly type: "missing";
      readonly doc: string;
      readonly isSecret: boolean;
      readonly places: readonly Place[];
      readonly textForm: string | undefined;
    }
  | { readonly type: "wrong"; readonly expected: string; readonly found: string; readonly where: string }
  | { readonly type: "unreadable"; readonly reason: string; readonly where: string }
  | { readonly type: "exposed"; readonly where: string; readonly instead: string }
  | { readonly type: "unknown"; readonly known: readonly string[]; readonly where?: string }
);

/** All problems in one error, so that they are solved in one go. Holds no secret. */
export function problemsError(problems: readonly Problem[], subject: string, providers: readonly ConfigProvider[]): ConfigError {
  const places = problems.flatMap((problem) => (problem.type === "missing" ? problem.places : []));
  const lines = [headline(problems, subject), ...problems.map((problem) => `- ${problemText(problem)}`)];
  if (places.length > 0) lines.push(`Files: ${fileList(providers)}.`);
  return new ConfigError(lines.join("\n"), { lookedAt: places.map(placeName) });
}

/** `secrets.toml sources.crm.token in /project/.leat/secrets.toml` */
export function placeText(place: Place): string {
  return placeName(place) + (place.file === undefined ? "" : ` in ${place.file}`);
}

function placeName({ provider, key }: Place): string {
  return `${provider} ${key}`;
}

function headline(problems: readonly Problem[], subject: string): string {
  const missing = problems.filter(({ type }) => type === "missing").length;
  const what = missing === 0 ? "wrong" : missing === problems.length ? "missing" : "missing or wrong";
  return problems.length === 1 ? `A setting of ${subject} is ${what}.` : `${problems.length} settings of ${subject} are ${what}.`;
}

function problemText(problem: Problem): string {
  const name = `\`${problem.setting}\``;
  switch (problem.type) {
    case "missing":
      return `${name}${problem.isSecret ? " (a secret)" : ""} is missing: ${problem.doc}${missingText(problem)}`;
    case "wrong":
      return `${name} must be ${problem.expected}, but ${problem.where} is ${problem.found}.`;
    case "unreadable":
      return `${name} cannot be read from ${problem.where}: ${problem.reason}`;
    case "exposed":
      return `${name} is a secret, but it stands in ${problem.where}. Move it to secrets.toml, or to ${problem.instead}.`;
    case "unknown":
      return `${name}${problem.where === undefined ? "" : ` (${problem.where})`} is not a setting. ${knownText(problem)}`;
    default:
      return problem satisfies never;
  }
}

function knownText({ setting, known }: Extract<Problem, { type: "unknown" }>): string {
  const nearest = nearestName(setting.slice(setting.lastIndexOf(".") + 1), known);
  const question = nearest === undefined ? "" : `Did you mean \`${nearest}\`? `;
  return `${question}There ${known.length === 1 ? "is" : "are"}: ${known.map((name) => `\`${name}\``).join(", ")}.`;
}

function missingText({ places, textForm }: Extract<Problem, { type: "missing" }>): string {
  if (places.length === 0) return "\n  It can be given in code only.";
  const notes = places.map((place) => `    ${place.note === undefined ? placeName(place) : `${placeText(place)} (${place.note})`}`);
  const other = textForm === undefined ? [] : [`  Or give all settings of its group as one text in ${textForm}.`];
  return ["", "  Looked at in this order; set one of these, or give it in code:", ...notes, ...other].join("\n");
}

function fileList(providers: readonly ConfigProvider[]): string {
  const locations = providers.flatMap((provider) => provider.locations);
  return locations.map(({ path, exists }) => (exists ? path : `${path} (not there)`)).join(", ");
}
