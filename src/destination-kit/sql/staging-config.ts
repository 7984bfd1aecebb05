import { type Field, field } from "../../config/field.ts";
import { type ReplaceStrategy, replaceStrategies } from "../../schema/hint-options.ts";

/** What the options of a SQL destination say about rows that wait before they go into their tables. */
export interface StagingSettings {
  /** How tables are replaced whose resource does not say it. Default `truncate-and-insert`, which shows no reader an empty table: a package is one transaction. */
  readonly replaceStrategy?: ReplaceStrategy;
  /** Rows that are merged wait in this dataset, to be looked at: `%s` stands for the name of the dataset. Default none: they wait in temporary tables. */
  readonly stagingDatasetNameLayout?: string;
}

/** The same as settings: `replace_strategy` and `staging_dataset_name_layout`, as dlt calls them. */
export const stagingConfig: {
  readonly replaceStrategy: Field<ReplaceStrategy | undefined>;
  readonly stagingDatasetNameLayout: Field<string | undefined>;
} = {
  replaceStrategy: field.optional(field.oneOf("How tables are replaced whose resource does not say it.", replaceStrategies)),
  stagingDatasetNameLayout: field.optional(
    field.text("The dataset where rows wait that are merged; `%s` stands for the name of the dataset. Default: temporary tables.", {
      example: "%s_staging",
    }),
  ),
};
