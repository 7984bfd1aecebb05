import { createReadStream, createWriteStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { FileStore, StoredFile } from "./file-store.ts";
import { loadS3, loadS3Upload, type S3Answer, type S3Api, type S3Client, type S3ClientOptions } from "./s3-api.ts";
import { isMissingObject, isRefused, s3Failure } from "./s3-failure.ts";
import { Turns } from "./turns.ts";

export interface S3Place {
  readonly bucket: string;
  /** Before all keys; empty, or ends with `/`. */
  readonly prefix: string;
}

/** What is left out comes from the environment, profiles or the machine, as AWS has it. */
export interface S3Access {
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  readonly sessionToken?: string | undefined;
  readonly profile?: string | undefined;
  readonly region?: string | undefined;
  /** Of a service that is not AWS. */
  readonly endpoint?: string | undefined;
  /** `vhost`: the bucket is a part of the name of the server; default `path` with an endpoint. */
  readonly urlStyle?: string | undefined;
}

/** Connects when the first request is made. */
export async function openS3(place: S3Place, access: S3Access): Promise<FileStore> {
  const api = await loadS3();
  return new S3Files(api, new api.S3Client(clientOptions(access)), place);
}

function clientOptions({ accessKeyId, secretAccessKey, sessionToken, profile, region, endpoint, urlStyle }: S3Access): S3ClientOptions {
  const credentials =
    accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : { credentials: { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) } };
  return {
    // A connection that says nothing any more would wait for ever.
    requestHandler: { connectionTimeout: 15_000, socketTimeout: 120_000 },
    ...credentials,
    ...(profile === undefined ? {} : { profile }),
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : ofOtherService(endpoint, region)),
    ...(urlStyle === undefined ? {} : { forcePathStyle: urlStyle === "path" }),
  };
}

/** Many have no region, and know no checksums but the old ones. */
function ofOtherService(endpoint: string, region: string | undefined): S3ClientOptions {
  return {
    endpoint,
    region: region ?? "us-east-1",
    forcePathStyle: true,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  };
}

/** A bucket, or a folder of it. Objects are replaced in one step by S3 itself. */
class S3Files implements FileStore {
  readonly #api: S3Api;
  readonly #client: S3Client;
  readonly #place: S3Place;
  /** Of large files: how much of them is in memory does not depend on how many are stored at once. */
  readonly #turns = new Turns(largeAtOnce);

  constructor(api: S3Api, client: S3Client, place: S3Place) {
    this.#api = api;
    this.#client = client;
    this.#place = place;
  }

  async list(prefix: string): Promise<readonly StoredFile[]> {
    const found: StoredFile[] = [];
    let next: string | undefined;
    do {
      const asked = { ...this.#at(prefix), ...(next === undefined ? {} : { ContinuationToken: next }) };
      const { Key: Prefix, ...others } = asked;
      const { Contents = [], NextContinuationToken } = await this.#send(new this.#api.ListObjectsV2Command({ ...others, Prefix }), prefix);
      for (const { Key = "", ETag = "", Size = 0 } of Contents) {
        // Some programs make folders of empty objects.
        if (!Key.endsWith("/")) found.push({ key: Key.slice(this.#place.prefix.length), version: `${ETag} ${Size}` });
      }
      next = NextContinuationToken;
    } while (next !== undefined);
    return found;
  }

  async read(key: string): Promise<Uint8Array | undefined> {
    try {
      const { Body } = await this.#client.send(new this.#api.GetObjectCommand(this.#at(key)));
      return await Body!.transformToByteArray();
    } catch (error) {
      if (isMissingObject(error)) return undefined;
      throw this.#failure(error, key);
    }
  }

  async write(key: string, content: string | Uint8Array): Promise<void> {
    await this.#send(new this.#api.PutObjectCommand({ ...this.#at(key), Body: content }), key);
  }

  async upload(key: string, path: string): Promise<void> {
    const { size } = await stat(path);
    // In memory: the client can only repeat a request whose body it has.
    if (size > largestBuffer) await this.#turns.take(() => this.#uploadInParts(key, path, size));
    else await this.write(key, await readFile(path));
  }

  async download(key: string, path: string): Promise<void> {
    const { Body } = await this.#send(new this.#api.GetObjectCommand(this.#at(key)), key);
    try {
      await pipeline(Body!, createWriteStream(path));
    } catch (error) {
      throw this.#failure(error, key);
    }
  }

  async exists(key: string): Promise<boolean> {
    try {
      await this.#client.send(new this.#api.HeadObjectCommand(this.#at(key)));
      return true;
    } catch (error) {
      if (isMissingObject(error)) return false;
      throw this.#failure(error, key);
    }
  }

  /** One by one: a request that removes many is not known everywhere, and tells what failed in its body only. */
  async remove(keys: readonly string[]): Promise<void> {
    const waiting = [...keys];
    const worker = async (): Promise<void> => {
      for (let key = waiting.shift(); key !== undefined; key = waiting.shift())
        await this.#send(new this.#api.DeleteObjectCommand(this.#at(key)), key);
    };
    await Promise.all(Array.from({ length: Math.min(keys.length, removedAtOnce) }, worker));
  }

  async createFolder(): Promise<void> {}

  localPath(): undefined {}

  place(key: string): string {
    return `s3://${this.#place.bucket}/${this.#place.prefix}${key}`;
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }

  #at(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.#place.bucket, Key: this.#place.prefix + key };
  }

  async #uploadInParts(key: string, path: string, size: number): Promise<void> {
    const { Upload } = await loadS3Upload();
    const partSize = Math.max(largestBuffer, Math.ceil(size / mostParts));
    await this.#abortUnfinished(key);
    const Body = createReadStream(path);
    try {
      await new Upload({ client: this.#client, params: { ...this.#at(key), Body }, partSize, queueSize: partsAtOnce }).done();
    } catch (error) {
      throw this.#failure(error, key);
    } finally {
      Body.destroy();
    }
  }

  /** What an attempt that was killed left of that file: nobody sees it, and it is paid for. */
  async #abortUnfinished(key: string): Promise<void> {
    const { Bucket, Key } = this.#at(key);
    try {
      const { Uploads = [] } = await this.#client.send(new this.#api.ListMultipartUploadsCommand({ Bucket, Prefix: Key }));
      for (const { Key: found, UploadId = "" } of Uploads)
        if (found === Key) await this.#client.send(new this.#api.AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    } catch (error) {
      // Not everybody may ask for them, and somebody else may have ended one in the meantime.
      if (!isRefused(error) && !isMissingObject(error)) throw this.#failure(error, key);
    }
  }

  async #send(command: object, key: string): Promise<S3Answer> {
    try {
      return await this.#client.send(command);
    } catch (error) {
      throw this.#failure(error, key);
    }
  }

  #failure(error: unknown, key: string): unknown {
    return s3Failure(error, { ...this.#place, key: this.place(key) });
  }
}

/** Larger files go in parts, of which each is tried again by itself. */
const largestBuffer = 8 * 1024 * 1024;
const largeAtOnce = 4;
const partsAtOnce = 2;
const mostParts = 10_000;
const removedAtOnce = 16;
