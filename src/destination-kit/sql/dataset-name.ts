import { ConfigError } from "../../core/errors.ts";
import { namingConvention } from "../../schema/naming/naming-convention.ts";
import type { Capabilities } from "../capabilities.ts";

type Limits = Pick<Capabilities, "maxIdentifierLength">;

/** A dataset is a namespace of the database and gets its name as a table gets its. */
export function datasetIdentifier(datasetName: string, { maxIdentifierLength: maxLength }: Limits): string {
  return namingConvention("snake_case", { maxLength }).normalizeTableIdentifier(datasetName);
}

/** The dataset where new rows wait: the layout with the name of the dataset for `%s`; without `%s` it is the name itself. Throws ConfigError. */
export function stagingDatasetName(layout: string | undefined, dataset: string, limits: Limits): string | undefined {
  if (layout === undefined) return undefined;
  const name = datasetIdentifier(
    layout.replace("%s", () => dataset),
    limits,
  );
  if (name !== dataset) return name;
  throw new ConfigError(
    `The setting \`staging_dataset_name_layout\` is ${JSON.stringify(layout)}: new rows would wait in the dataset \`${dataset}\` itself. ` +
      "Write a layout such as `%s_staging`, or leave the setting out: rows wait in temporary tables then.",
  );
}
