import { type ConfigOf, type Field, field } from "../../config/field.ts";
import { placeholderTable } from "./layout/extra-placeholders.ts";

type CredentialsSpec = {
  readonly awsAccessKeyId: Field<string | undefined>;
  readonly awsSecretAccessKey: Field<string | undefined>;
  readonly awsSessionToken: Field<string | undefined>;
  readonly profileName: Field<string | undefined>;
  readonly regionName: Field<string | undefined>;
  readonly endpointUrl: Field<string | undefined>;
  readonly s3UrlStyle: Field<"path" | "vhost" | undefined>;
};

type FilesystemSpec = {
  readonly bucketUrl: Field<string>;
  readonly credentials: CredentialsSpec;
  readonly layout: Field<string>;
  readonly extraPlaceholders: Field<Readonly<Record<string, unknown>>>;
  readonly maxStateFiles: Field<number>;
};

const defaultLayout = "{table_name}/{load_id}.{file_id}.{ext}";

/** The names are dlt's. Of credentials all that is left out is looked for where AWS keeps it. */
export const filesystemConfig: FilesystemSpec = {
  bucketUrl: field.text("Where the files go: a path, a `file:` URL, or `s3://bucket/folder`.", { example: "s3://my-bucket/data" }),
  credentials: {
    awsAccessKeyId: field.optional(field.text("Key of the AWS account, or of a service like it.")),
    awsSecretAccessKey: field.optional(field.secret("The secret of that key.")),
    awsSessionToken: field.optional(field.secret("Token of a session, for keys that hold for a while.")),
    profileName: field.optional(field.text("A profile of the files of AWS.", { example: "loader" })),
    regionName: field.optional(field.text("Region of the bucket.", { example: "eu-central-1" })),
    endpointUrl: field.optional(field.text("Address of a service that is not AWS.", { example: "https://minio.example.com" })),
    s3UrlStyle: field.optional(
      field.oneOf("Where requests name the bucket: in the path, or in the name of the server; default `path` with an endpoint.", [
        "path",
        "vhost",
      ]),
    ),
  },
  layout: field.text("How files are named below the dataset.", { default: defaultLayout }),
  extraPlaceholders: field.json<Readonly<Record<string, unknown>>>("Placeholders of your own, by name.", {
    default: {},
    schema: placeholderTable,
  }),
  maxStateFiles: field.count("So many states of a pipeline are kept, the newest; 0: all.", { default: 100 }),
};

export type FilesystemConfig = ConfigOf<FilesystemSpec>;
