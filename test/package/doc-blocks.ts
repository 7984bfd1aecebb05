import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

/** A code block of the documentation. */
export interface DocBlock {
  /** `docs/state.md:12`, for messages. */
  readonly where: string;
  /** What to write to a file: a complete module. A block that continues another one has that in front. */
  readonly code: string;
  /** False: it needs a network or a service, which its page says by "no-run", or there is nothing to run. */
  readonly isProgram: boolean;
  /** What the page says that it prints, of a block that continues another one without what that prints. */
  readonly output: string | undefined;
  readonly continues: boolean;
}

/**
 * The blocks marked `ts` in a page. Words after `ts` say more: `continues` puts the block before it in front, `no-run` is for what needs a network.
 * A block marked `text` right after a program is what it prints.
 */
export function docBlocks(root: string, page: string): DocBlock[] {
  const text = readFileSync(join(root, page), "utf8");
  const blocks: DocBlock[] = [];
  for (const match of text.matchAll(/^```ts([^\n]*)\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?/gms)) {
    const [, words = "", own = "", output] = match;
    const continues = words.includes("continues");
    const before = continues ? (blocks.at(-1)?.code ?? "") : "";
    blocks.push({
      where: `${page}:${text.slice(0, match.index).split("\n").length}`,
      code: before + own,
      isProgram: /^(\S.*\b)?await\b/m.test(own) && !/\b(no-run)\b/.test(words),
      output,
      continues,
    });
  }
  return blocks;
}

/** README.md, the pages in docs/ and those of the connectors. */
export function docPages(root: string): string[] {
  const pages = (folder: string): string[] =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".md"))
      .map((file) => join(folder, file))
      .sort();
  return ["README.md", ...pages("docs"), ...pages("src/destinations").filter((page) => basename(page) === "README.md")];
}
