/** Makes an instance of a module that is compiled before. */
export function instantiate(module: object, imports: Readonly<Record<string, object>>): object {
  return new WebAssembly!.Instance(module, imports).exports;
}

/** Some milliseconds for each ten kB. Undefined where such code cannot run: processors of before 2008 have no SIMD, and Node can be told to do without a compiler. */
export function compile(bytes: Uint8Array): object | undefined {
  return typeof WebAssembly === "object" && WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : undefined;
}

/** The part of the global object that is used; its types come with those of browsers, which Node is none of. */
declare const WebAssembly:
  | {
      validate(bytes: Uint8Array): boolean;
      readonly Module: new (bytes: Uint8Array) => object;
      readonly Instance: new (module: object, imports: Readonly<Record<string, object>>) => { readonly exports: object };
    }
  | undefined;
