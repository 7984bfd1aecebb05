import type { Capabilities } from "../destination-kit/capabilities.ts";
import { UnsupportedError } from "../destination-kit/errors.ts";
import { csvJobs } from "../formats/csv/csv-jobs.ts";
import type { JobFormat } from "../formats/job-format.ts";
import { parquetJobs } from "../formats/parquet/parquet-jobs.ts";

interface Target {
  readonly name: string;
  readonly capabilities: Capabilities;
}

/** The format of job files for a destination: of those that it loads, the first that leat writes. Throws UnsupportedError when there is none. */
export function jobFormatOf({ name, capabilities }: Target): JobFormat {
  const { loaderFileFormats } = capabilities;
  const writable = [parquetJobs, csvJobs(capabilities)];
  for (const wanted of loaderFileFormats) {
    const found = writable.find((format) => format.name === wanted);
    if (found !== undefined) return found;
  }
  const words = (formats: readonly string[]): string => formats.join(", ") || "none";
  throw new UnsupportedError(
    `Destination \`${name}\` loads files in these formats: ${words(loaderFileFormats)}. leat writes these: ${words(writable.map((format) => format.name))}. ` +
      `Use another destination; as the author of this one, name one of leat's formats in the capability \`loaderFileFormats\` and load its files.`,
    { destination: name },
  );
}
