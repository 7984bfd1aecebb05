import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import pc from "picocolors";
import { causesOf } from "../core/causes.ts";
import { LeatError } from "../core/errors.ts";

/** The exit code of an uncaught error: that of its class, 1 for one that is not ours. */
export function exitCodeOf(error: unknown): number {
  return LeatError.is(error) ? error.exitCode : 1;
}

/** An uncaught error as a person wants to read it. An error of leat says what to do, so its stack is noise; of others the stack is what helps. */
export function failureText(error: unknown, options: { readonly debug: boolean }): string {
  if (!LeatError.is(error)) return foreignText(error);
  const { red, dim } = pc.createColors(process.stderr.isTTY === true && process.env["NO_COLOR"] === undefined);
  const lines = [`${red("error:")} ${error.message}`, ...furtherCauses(error), ...placeOf(error), dim(hint(error))];
  if (options.debug) lines.push(inspect(error));
  return lines.join("\n");
}

function foreignText(error: unknown): string {
  if (!(error instanceof Error)) return `Uncaught ${inspect(error)}`;
  const text = withoutOurFrames(inspect(error));
  // Node puts an error without a stack into brackets.
  return text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text;
}

/** Without the calls that lead from the command line to the script. */
function withoutOurFrames(stack: string): string {
  const ours = [new URL("..", import.meta.url).href, "/node_modules/jiti/", "/node_modules/commander/"];
  return stack
    .split("\n")
    .filter((line) => !/^\s+at /.test(line) || !ours.some((path) => line.includes(path)))
    .join("\n");
}

/** The messages of causes that are not part of what was said before. */
function furtherCauses(error: LeatError): string[] {
  let said = error.message;
  const lines: string[] = [];
  for (const cause of causesOf(error)) {
    const message = cause instanceof Error ? cause.message : String(cause);
    // The cause of a cancellation is the abort itself.
    if (message === "" || said.includes(message) || (cause as { name?: unknown }).name === "AbortError") continue;
    lines.push(`  caused by ${cause instanceof Error ? `${cause.name}: ` : ""}${message}`);
    said += message;
  }
  return lines;
}

/** Where in the user's code the first cause was thrown. */
function placeOf(error: LeatError): string[] {
  const root = causesOf(error).at(-1);
  if (LeatError.is(root) || !(root instanceof Error)) return [];
  const frame = root.stack?.split("\n").find((line) => /^\s+at .*:\d+:\d+\)?$/.test(line) && !isForeign(line));
  return frame === undefined ? [] : [`  ${frame.trim()}`];
}

function isForeign(frame: string): boolean {
  const ours = new URL("..", import.meta.url);
  return /node:|node_modules[/\\]|<anonymous>/.test(frame) || frame.includes(ours.href) || frame.includes(fileURLToPath(ours));
}

function hint(error: LeatError): string {
  const actual = [error, ...causesOf(error)].filter((cause) => LeatError.is(cause)).at(-1)!;
  return `[${actual.code}] ${advice(actual)}`;
}

function advice(error: LeatError): string {
  if (error.code === "cancelled") return "Run it again to go on.";
  const stack = "--debug shows the stack.";
  return error.retryable ? `Running it again may help. ${stack}` : stack;
}
