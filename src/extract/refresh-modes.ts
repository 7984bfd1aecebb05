export const refreshModes = ["drop_sources", "drop_resources", "drop_data"] as const;
/**
 * What a run starts over, of the sources that it runs. `drop_sources`: all tables and all state of each. `drop_resources`: tables and state of the
 * resources that run. `drop_data`: rows and state of these, the tables stay.
 */
export type Refresh = (typeof refreshModes)[number];
