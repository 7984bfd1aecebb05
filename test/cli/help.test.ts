import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { moduleSources } from "../module-sources.ts";
import { Project } from "./project.ts";

describe("leat", () => {
  test("prints its help", async () => {
    const { code, stdout } = await new Project().leat(["--help"]);
    expect(code).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "Usage: leat [options] COMMAND

      Moves data from anything iterable into tables, and remembers where it stopped.

      Options:
        --json               print one JSON document to standard output, errors too
        --debug              print the stack of an error
        -v, --verbose        more, of the commands that have more to show; repeated
                             (-vv, -vvv) still more
        -y, --yes            do not ask before something is changed
        --non-interactive    never ask; what would be asked needs --yes
        --disable-telemetry  there is none
        --enable-telemetry   there is none
        --no-pwd             of dlt; scripts find their modules as Node does
        --version            print the version
        -h, --help           print this help

      Commands:
        init                 make a folder with an example that runs
        run                  run a script in TypeScript or JavaScript
        backfill             load ranges of a cursor, each once
        pipeline             look at the pipelines of this machine
        state                look at the state of a pipeline, and repair it
        types                write TypeScript declarations of what was loaded
        telemetry            whether anything is sent to anybody: no

      Exit codes:
        0 done, 1 an error in your own code, 2 wrong usage or setting, 3 schema, 4 source, 5 destination,
        6 working directory or state, 7 cancelled, 70 a bug in leat, 130 a second Ctrl-C
      "
    `);
  });

  test("prints the help of run", async () => {
    expect((await new Project().leat(["run", "-h"])).stdout).toMatchInlineSnapshot(`
      "Usage: leat run [options] FILE [-- ARGUMENTS]

      Runs a script in TypeScript or JavaScript, and shows what its pipelines do.

      Arguments:
        file           the script
        arguments      what the script finds in process.argv; after -- if they begin
                       with a dash

      Options:
        --json         print one JSON document to standard output, errors too
        --debug        print the stack of an error
        -v, --verbose  more: the steps of each run, its rows, jobs and settings
        -h, --help     print this help

      Progress goes to standard error. The result of each run goes to standard output, unless the script prints it itself.
      With --json standard output is a list of these results, and what the script prints goes to standard error.
      "
    `);
  });

  test("prints the help of pipeline", async () => {
    expect((await new Project().leat(["pipeline", "-h"])).stdout).toMatchInlineSnapshot(`
      "Usage: leat pipeline [options] -l
             leat pipeline [options] NAME [OPERATION]

      Looks at the pipelines of this machine, and gives up packages that cannot be
      loaded.

      Arguments:
        name                   the pipeline
        operation              info (default): what is known of the pipeline, its
                               state, schemas and packages; trace: what the last run
                               did; failed-jobs: what could not be loaded, and why;
                               load-package: one package, its jobs, its rows; schema:
                               prints a schema; sync: takes state and schemas from the
                               destination; abort-packages: gives up what is not
                               loaded yet; drop: drops tables and state

      Options:
        --json                 print one JSON document to standard output, errors too
        --debug                print the stack of an error
        --pipelines-dir <dir>  where the pipelines are; default as dlt:
                               $DLT_DATA_DIR/pipelines, /var/dlt/pipelines for root,
                               ~/.dlt/pipelines
        -l, --list-pipelines   list the pipelines
        -v, --verbose          more, of info, trace and load-package
        -h, --help             print this help
      "
    `);
  });

  test("prints the operations on a pipeline, whether there is one or not", async () => {
    expect((await new Project().leat(["pipeline", "shop", "-h"])).stdout).toMatchInlineSnapshot(`
      "Usage: leat pipeline shop [options] [command]

      Options:
        --json                 print one JSON document to standard output, errors too
        --debug                print the stack of an error
        --pipelines-dir <dir>  where the pipelines are; default as dlt:
                               $DLT_DATA_DIR/pipelines, /var/dlt/pipelines for root,
                               ~/.dlt/pipelines
        -v, --verbose          more, of info, trace and load-package
        -h, --help             print this help

      Commands:
        info                   Shows working directory, destination, dataset, schemas,
                               state and load packages.
        trace                  Shows what the last run did: its steps, how long they
                               took, errors.
        failed-jobs            Shows the jobs that could not be loaded, with file and
                               reason: of packages that wait, and of those that were
                               loaded without them or given up.
        load-package           Shows a load package, or does something with it.
        abort-packages         Gives up the packages that are not loaded yet: their
                               rows are extracted again by the next run.
        schema                 Prints a schema: its document, a diagram of its tables,
                               or types of their rows.
        sync                   Replaces what this machine keeps of the pipeline by
                               what its destination stores. The destination stays as
                               it is.
        drop                   Drops tables and state of resources, or parts of the
                               state: shows what goes, asks, and does it.
      "
    `);
  });

  test.each([
    "init",
    "telemetry",
    "types",
    "state",
    ...["get", "set", "history", "diff", "rollback"].map((operation) => `state ${operation}`),
    ...["info", "trace", "failed-jobs", "load-package", "abort-packages", "schema", "sync", "drop"].map((one) => `pipeline shop ${one}`),
  ])("prints the help of %s", async (words) => {
    const { code, stdout, stderr } = await new Project().leat([...words.split(" "), "--help"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatchSnapshot();
  });

  test("prints its version", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as { version: string };
    expect(await new Project().leat(["--version"])).toEqual({ code: 0, stdout: `leat ${version}\n`, stderr: "" });
  });

  test("starts without loading the pipeline or jiti", async () => {
    const { loaded } = await new Project().leatLoading(["--version"]);
    const sources = loaded.filter((url) => url.includes("/dist/")).flatMap(moduleSources);
    expect(sources).toContain("cli/program.ts");
    expect(sources.filter((path) => /^(pipeline|extract|destinations)\//.test(path))).toEqual([]);
    expect(loaded.filter((url) => /jiti|duckdb|log-update/.test(url))).toEqual([]);
  });
});

describe("a wrong command line", () => {
  test.each([
    [["bogus"], "error: unknown command 'bogus'\n"],
    [["run"], "error: missing required argument 'file'\n"],
    [["run", "--bogus", "x.ts"], "error: unknown option '--bogus'\n"],
    [["pipeline"], "error: which pipeline? Give its name, or --list-pipelines.\n"],
    [["pipeline", "-l", "shop"], "error: what is 'shop'? --list-pipelines lists all of them.\n"],
    [
      ["pipeline", "shop", "bogus"],
      "error: there is no operation 'bogus' on a pipeline. There is info, trace, failed-jobs, load-package, abort-packages, schema, sync, drop.\n",
    ],
  ])("ends with code 2: %j", async (args, message) => {
    expect(await new Project().leat(args)).toEqual({ code: 2, stdout: "", stderr: message });
  });

  test("is a JSON document with --json", async () => {
    const { code, stdout, stderr } = await new Project().leat(["pipeline", "--json"]);
    const message = "which pipeline? Give its name, or --list-pipelines.";
    expect([code, JSON.parse(stdout), stderr]).toEqual([2, { error: { code: "usage", message } }, ""]);
  });

  test.each([[["--json"]], [["state", "--json"]]])("without a command is a JSON document, too: %j", async (args) => {
    const { code, stdout } = await new Project().leat(args);
    expect([code, JSON.parse(stdout)]).toEqual([2, { error: { code: "usage", message: "which command? --help shows what there is." } }]);
  });

  test("without a command prints the help", async () => {
    const { code, stderr } = await new Project().leat([]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^Usage: leat \[options\] COMMAND\n/);
  });
});
