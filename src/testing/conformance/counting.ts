import { type Resource, resource } from "../../extract/resource.ts";

/** Its state changes with every run. */
export function counting(runs: number): Resource {
  return resource("counted", function* ({ state }) {
    state["runs"] = runs;
    yield { id: runs };
  });
}
