import type { Capabilities } from "./capabilities.ts";
import { UnsupportedError } from "./errors.ts";
import type { LoadJob } from "./load-job.ts";

/** Before anything is stored. Throws UnsupportedError for a file that the destination cannot load. */
export function refuseFormats(
  { destination, capabilities }: { readonly destination: string; readonly capabilities: Pick<Capabilities, "loaderFileFormats"> },
  jobs: readonly LoadJob[],
): void {
  const formats = capabilities.loaderFileFormats;
  const job = jobs.find((each) => !formats.includes(each.format));
  if (job === undefined) return;
  const message = `\`${destination}\` cannot load \`${job.format}\` files such as \`${job.path}\`. It takes ${formats.join(", ")}.`;
  throw new UnsupportedError(message, { destination });
}
