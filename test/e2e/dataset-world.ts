import { rmSync } from "node:fs";
import type { DestinationContract, LoadSession } from "../../src/destination-kit/contract.ts";
import { type Destination, type Pipeline, type PipelineOptions, pipeline } from "../../src/index.ts";
import type { TestDatabase, TestDestination } from "../destinations.ts";
import { tempDir } from "../temp-dir.ts";

/** A machine with a database of its own, which tells what it was asked. */
export interface DatasetWorld {
  readonly database: TestDatabase;
  /** The queries that were sent for a dataset or a SQL client, in order. */
  readonly queries: string[];
  /** How often the database was opened, and what is open at most and now. */
  readonly connections: { opened: number; most: number; open: number };
  /** A new object each time, as a new process would make it. */
  pipeline(options?: PipelineOptions): Pipeline;
  /** Loses everything but the database. */
  wipe(): void;
}

export async function datasetWorld(destination: TestDestination): Promise<DatasetWorld> {
  const database = await destination.create();
  const pipelinesDir = tempDir();
  const queries: string[] = [];
  const connections = { opened: 0, most: 0, open: 0 };
  const world = { database, queries, connections };
  return {
    ...world,
    pipeline: (options = {}) =>
      pipeline({
        name: "social",
        destination: watched(database.destination() as DestinationContract, world),
        datasetName: "social_data",
        pipelinesDir,
        progress: "none",
        ...options,
      }),
    wipe: () => rmSync(pipelinesDir, { recursive: true }),
  };
}

type Watch = Pick<DatasetWorld, "queries" | "connections">;

function watched(destination: DestinationContract, watch: Watch): Destination {
  const open: DestinationContract["open"] = async (context) => {
    const session = watchedSession(await destination.open(context), watch);
    watch.connections.opened++;
    watch.connections.open++;
    watch.connections.most = Math.max(watch.connections.most, watch.connections.open);
    return session;
  };
  return { ...destination, open } as Destination;
}

function watchedSession(session: LoadSession, { queries, connections }: Watch): LoadSession {
  let isOpen = true;
  return new Proxy(session, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...args: unknown[]): unknown => {
        if (name === "query" || name === "batches") queries.push(String(args[0]));
        if (isOpen && (name === "close" || name === Symbol.asyncDispose)) {
          isOpen = false;
          connections.open--;
        }
        return member.apply(target, args) as unknown;
      };
    },
  });
}
