import type { ConfigOverrides, ConfigSpec } from "../config/spec.ts";
import type { StandardSchema } from "../core/standard-schema.ts";
import type { SourceHints } from "../schema/hint-options.ts";
import type { LimitOptions, Resource } from "./resource.ts";

/** What was asked of a source after it was called; done in this order once it is built. */
export type SourceEdit =
  | { readonly kind: "select"; readonly names: readonly string[] }
  | { readonly kind: "map"; readonly name: string; readonly change: (resource: never) => Resource }
  | { readonly kind: "limit"; readonly max: LimitOptions };

/** What a source is, as data. `source()` makes it; a run builds it. */
export interface SourceDefinition {
  readonly name: string;
  /** The name it was declared under: config is looked up there, also after `.withName()`. */
  readonly factoryName: string;
  readonly section: string | undefined;
  /** A schema file to start from. */
  readonly schemaPath: string | URL | undefined;
  readonly spec: ConfigSpec;
  readonly overrides: ConfigOverrides<ConfigSpec>;
  readonly hints: SourceHints;
  readonly stateSchema: StandardSchema | undefined;
  readonly build: (context: never) => unknown;
  readonly edits: readonly SourceEdit[];
}
