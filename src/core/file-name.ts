/**
 * Why a name cannot be that of a file, in words that go on from "the name has" or "the name is"; undefined when it can. Windows takes less than
 * others, and some of it in silence: what follows a `:` goes into another stream of the file, a dot at the end is dropped.
 */
export function fileNameProblem(name: string, platform: NodeJS.Platform = process.platform): string | undefined {
  if (/[/\0]/.test(name)) return "has a `/` or a NUL";
  if (platform !== "win32") return undefined;
  const [forbidden] = forbiddenOnWindows.exec(name) ?? [];
  if (forbidden !== undefined) return `has ${shown(forbidden)}, which Windows allows in no file name`;
  if (deviceName.test(name)) return "is that of a device on Windows, also with an ending";
  return /[. ]$/.test(name) ? "ends with a dot or a space, which Windows drops" : undefined;
}

const forbiddenOnWindows = /[<>:"\\|?*\u0000-\u001f]/;

/** The superscripts count as digits. */
const deviceName = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:\.|$)/i;

function shown(character: string): string {
  return character < " " ? `the control character U+${character.charCodeAt(0).toString(16).padStart(4, "0")}` : `\`${character}\``;
}
