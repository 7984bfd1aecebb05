import { MissingDriverError } from "../../destination-kit/errors.ts";

/** The package, once it is loaded. */
export type ArrowApi = typeof import("apache-arrow");

/** Throws MissingDriverError. */
export async function loadArrow(destination: string, load: () => Promise<ArrowApi> = () => import("apache-arrow")): Promise<ArrowApi> {
  try {
    return await load();
  } catch (cause) {
    throw new MissingDriverError("apache-arrow", { destination, what: "`arrow()`", cause });
  }
}
