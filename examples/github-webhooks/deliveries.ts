// Webhooks that GitHub delivered, each event type into its own table. Which deliveries are loaded is kept in the state of the resource.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Loose, type Resource, type ResourceContext, resource, withTableName } from "leat";

/** One request of GitHub's: the headers that matter, and the body. */
export interface Delivery {
  /** `X-GitHub-Delivery` */
  readonly id: string;
  /** `X-GitHub-Event`: `push`, `pull_request`, ... */
  readonly event: string;
  readonly payload: Loose;
}

export const webhooks = (deliveries: Iterable<Delivery>): Resource<"webhooks", Loose> =>
  resource("webhooks", { writeDisposition: "append" }, function* ({ state }: ResourceContext<{ loaded?: string[] }>) {
    const loaded = (state.loaded ??= []);
    const known = new Set(loaded);
    for (const { id, event, payload } of deliveries) {
      if (known.has(id)) continue;
      loaded.push(id);
      yield withTableName(payload, event);
    }
  });

/** The payloads that people recorded for the npm package @octokit/webhooks-examples, as if GitHub had just sent them. */
export function recordedDeliveries(): readonly Delivery[] {
  const file = createRequire(import.meta.url).resolve("@octokit/webhooks-examples/api.github.com/index.json");
  const recorded = JSON.parse(readFileSync(file, "utf8")) as readonly { readonly name: string; readonly examples: readonly Loose[] }[];
  return recorded.flatMap(({ name, examples }) => examples.map((payload, index) => ({ id: `${name}/${index}`, event: name, payload })));
}
