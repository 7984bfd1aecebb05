/** Makes an instance of a module that is compiled before. */
export function instantiate(module: object, imports: Readonly<Record<string, object>>): object {
  return new WebAssembly.Instance(module, imports).exports;
}

/** Some milliseconds for each ten kB. */
export function compile(bytes: Uint8Array): object {
  return new WebAssembly.Module(bytes);
}

/** The part of the global object that is used; its types come with those of browsers, which Node is none of. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: Readonly<Record<string, object>>) => { readonly exports: object };
};
