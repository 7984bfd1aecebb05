import { digest128 } from "../../core/digest.ts";

const tagBytes = 4;

/**
 * Cuts a name that is too long and puts a tag of the original name in its middle, so that two long names that begin and end
 * alike stay two names. `maxLength` counts code points.
 */
export function shorten(name: string, original: string, maxLength: number | undefined): string {
  if (maxLength === undefined || name.length <= maxLength) return name;
  const characters = Array.from(name);
  if (characters.length <= maxLength) return name;
  const tag = nameTag(original).slice(0, maxLength);
  const kept = maxLength - tag.length;
  const tail = Math.floor(kept / 2);
  return characters.slice(0, kept - tail).join("") + tag + characters.slice(characters.length - tail).join("");
}

/** Six characters that stand for a text; a collision of two texts is about as likely as 1 in 4 billion. */
export function nameTag(text: string): string {
  return digest128(text, tagBytes).replaceAll("/", "a").replaceAll("+", "b").toLowerCase();
}
