/** A value that tells how it is loaded as a row does so under this name; `toJSON` stays for those who want its JSON. Known to every copy of the package. */
export const asRow: unique symbol = Symbol.for("leat.row") as never;
