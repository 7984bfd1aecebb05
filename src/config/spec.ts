/** One setting, declared once: type, help text, default and lookup. */
export interface Field<out T> {
  /** What it is: `text`, `count`, `one-of`, … */
  readonly kind: string;
  /** The sentence that says what it is for. */
  readonly doc: string;
  /** True: shown as `*****` wherever values are shown. */
  readonly isSecret: boolean;
  readonly "~value"?: T;
}

/** Settings by name. A group inside is a section of its own: `db: { user: field.text("…") }` is looked up as `db.user`. */
export interface ConfigSpec {
  readonly [name: string]: Field<unknown> | ConfigSpec;
}

/** The resolved values of a spec. */
export type ConfigOf<Spec> = { readonly [K in keyof Spec]: Spec[K] extends Field<infer T> ? T : ConfigOf<Spec[K]> };

/** Values given in code; the rest is looked up: environment, secrets.toml, config.toml, global folder. */
export type ConfigOverrides<Spec> = {
  readonly [K in keyof Spec]?: (Spec[K] extends Field<infer T> ? T : ConfigOverrides<Spec[K]>) | undefined;
};
