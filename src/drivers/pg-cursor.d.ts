/** What is used of the package, which comes without types. */
declare module "pg-cursor" {
  import type { Connection, CustomTypesConfig, FieldDef, Submittable } from "pg";

  export default class Cursor implements Submittable {
    constructor(text: string, values: unknown[], config: { readonly rowMode: "array"; readonly types: CustomTypesConfig });
    submit(connection: Connection): void;
    /** Calls back with the rows, and with the fields of all rows. */
    read(rows: number, done: (error: Error | undefined, rows: unknown[][], result: { readonly fields: readonly FieldDef[] }) => void): void;
    close(): Promise<void>;
  }
}
