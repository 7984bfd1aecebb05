/**
 * The sections under which a setting is looked up, from long to short. The last of `groups` (`credentials` in `credentials.host`) is never left out.
 * A source in a section has a short form: `sources.<source>` after `sources.<section>`.
 */
export function sectionPaths(sections: readonly string[], groups: readonly string[]): readonly (readonly string[])[] {
  const kept = groups.slice(-1);
  const outer = [...sections, ...groups.slice(0, -1)];
  const paths = outer.map((_, index) => [...outer.slice(0, outer.length - index), ...kept]);
  paths.push([...kept]);
  const short = shortForm(sections, groups);
  if (short !== undefined && !paths.some((path) => path.join("\n") === short.join("\n"))) paths.splice(2, 0, short);
  return paths;
}

function shortForm([top, section, source]: readonly string[], groups: readonly string[]): string[] | undefined {
  return top === "sources" && source !== undefined && source !== section ? [top, source, ...groups] : undefined;
}
