import { DriverFailure } from "../../core/driver-failure.ts";

/** What is used of `@aws-sdk/client-s3`, in our words, so that its types are not needed to compile against leat. */
export interface S3Api {
  readonly S3Client: new (options: S3ClientOptions) => S3Client;
  readonly ListObjectsV2Command: S3Command<{ Bucket: string; Prefix: string; ContinuationToken?: string }>;
  readonly GetObjectCommand: S3Command<{ Bucket: string; Key: string }>;
  readonly PutObjectCommand: S3Command<{ Bucket: string; Key: string; Body: string | Uint8Array }>;
  readonly HeadObjectCommand: S3Command<{ Bucket: string; Key: string }>;
  readonly DeleteObjectCommand: S3Command<{ Bucket: string; Key: string }>;
  readonly ListMultipartUploadsCommand: S3Command<{ Bucket: string; Prefix: string }>;
  readonly AbortMultipartUploadCommand: S3Command<{ Bucket: string; Key: string; UploadId: string }>;
}

export interface S3ClientOptions {
  readonly endpoint?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly forcePathStyle?: boolean;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };
  readonly requestChecksumCalculation?: "WHEN_SUPPORTED" | "WHEN_REQUIRED";
  readonly responseChecksumValidation?: "WHEN_SUPPORTED" | "WHEN_REQUIRED";
  readonly requestHandler?: { readonly connectionTimeout: number; readonly socketTimeout: number };
}

export type S3Command<Input> = new (input: Input) => { readonly input: Input };

export interface S3Client {
  send(command: object): Promise<S3Answer>;
  destroy(): void;
}

/** The parts of all answers that are looked at. */
export interface S3Answer {
  readonly Contents?: readonly { readonly Key?: string; readonly ETag?: string; readonly Size?: number }[];
  readonly NextContinuationToken?: string;
  readonly Uploads?: readonly { readonly Key?: string; readonly UploadId?: string }[];
  readonly Body?: NodeJS.ReadableStream & { transformToByteArray(): Promise<Uint8Array> };
}

/** Of `@aws-sdk/lib-storage`. */
export interface S3UploadApi {
  readonly Upload: new (options: {
    readonly client: S3Client;
    readonly params: { readonly Bucket: string; readonly Key: string; readonly Body: unknown };
    readonly partSize: number;
    /** Parts at once. */
    readonly queueSize: number;
  }) => { done(): Promise<unknown> };
}

/** Loads the package, which people install only when they use S3. Throws DriverFailure that names all that are missing. */
export function loadS3(importPackage: ImportPackage = importByName): Promise<S3Api> {
  return load<S3Api>(clientPackage, importPackage);
}

/** For files that are too large for one request. */
export function loadS3Upload(importPackage: ImportPackage = importByName): Promise<S3UploadApi> {
  return load<S3UploadApi>(uploadPackage, importPackage);
}

type ImportPackage = (name: string) => Promise<unknown>;

const importByName: ImportPackage = (name) => import(name);

const clientPackage: string = "@aws-sdk/client-s3";
const uploadPackage: string = "@aws-sdk/lib-storage";

async function load<Api>(name: string, importPackage: ImportPackage): Promise<Api> {
  try {
    return (await importPackage(name)) as Api;
  } catch (cause) {
    throw new DriverFailure("missing-driver", `The package \`${name}\` cannot be loaded.`, {
      cause,
      subject: `${clientPackage} ${uploadPackage}`,
    });
  }
}
