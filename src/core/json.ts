/** JSON documents: exact numbers, dlt's text for floats, and typed JSON, which keeps dates, decimals and bytes. */
export { encodeJson } from "./json-encode.ts";
export { parseJson } from "./json-parse.ts";
export { decodeTyped, parseTyped } from "./json-typed.ts";
