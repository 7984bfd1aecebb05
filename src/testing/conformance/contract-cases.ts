import assert from "node:assert/strict";
import { fileFormats, mergeStrategies, replaceStrategies } from "../../schema/hint-options.ts";
import { type ConformanceCase, needsRecords } from "./conformance-case.ts";
import { thrownBy } from "./world.ts";

/** What has to hold before anything is loaded. */
export const contractCases: readonly ConformanceCase[] = [
  {
    name: "contract > says what it is",
    async run({ destination }) {
      for (const member of ["type", "name", "dltType"] as const)
        assert.ok(typeof destination[member] === "string" && destination[member] !== "", `\`${member}\` has to be a text`);
      for (const member of ["describe", "open"] as const) assert.equal(typeof destination[member], "function", `\`${member}\` is missing`);
    },
  },
  {
    name: "contract > has capabilities that leat understands",
    async run({ capabilities }) {
      const { loaderFileFormats, maxIdentifierLength } = capabilities;
      const writable = fileFormats.filter((format) => format !== "preferred");
      assert.ok(
        loaderFileFormats.some((format) => (writable as readonly string[]).includes(format)),
        "no format that leat writes",
      );
      const unknown = (given: readonly string[], known: readonly string[]) => given.filter((each) => !known.includes(each));
      assert.deepEqual(unknown(capabilities.mergeStrategies, mergeStrategies), [], "unknown merge strategies");
      assert.deepEqual(unknown(capabilities.replaceStrategies, replaceStrategies), [], "unknown replace strategies");
      assert.ok(capabilities.replaceStrategies.length > 0, "no replace strategy");
      assert.ok(maxIdentifierLength === undefined || maxIdentifierLength >= 20, "names of system tables do not fit");
      assert.ok(["transaction", "record"].includes(capabilities.commit), "unknown `commit`");
    },
  },
  {
    name: "contract > tells its place without making it",
    skip: needsRecords,
    async run(world) {
      const context = world.context();
      const [one, other] = [await world.destination.describe(context), await world.destination.describe(context)];
      assert.ok(one !== "" && one === other, "`describe` has to give the same text each time");
      await world.session(async (session) => assert.equal(await session.datasetExists(), false, "the dataset was made"));
    },
  },
  {
    name: "contract > knows nothing of a dataset that is not there",
    skip: needsRecords,
    async run(world) {
      await world.session(async (session) => {
        assert.equal(await session.datasetExists(), false);
        assert.equal(await session.readState("conformance"), undefined);
        assert.deepEqual(await session.readStates("conformance"), []);
        assert.equal(await session.readSchema("conformance"), undefined);
        assert.equal(await session.hasLoad("1700000000.000000"), false);
        assert.deepEqual(await session.tableNames(), []);
        assert.equal((await session.columnsOf(["rows"])).size, 0);
      });
    },
  },
  {
    name: "contract > opens several sessions at once",
    async run(world) {
      await Promise.all([1, 2, 3].map(() => world.session(async (session) => session.hasLoad("1700000000.000000"))));
    },
  },
  {
    name: "contract > a place that cannot be reached is a ConnectionError",
    skip: ({ options }) => (options.unreachable === undefined ? "`unreachable` is not given" : undefined),
    async run(world) {
      const destination = (await world.options.unreachable!()) as typeof world.destination;
      const error = await thrownBy(async () => {
        await using session = await destination.open(world.context());
        await session.readState("conformance");
      }, "opening");
      assert.equal(error.code, "connection");
    },
  },
];
