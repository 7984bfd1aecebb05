"""Loads documents with the real dlt, as a plan says, and reports what came of it. The plan is JSON on stdin (see plan.ts), the report JSON on stdout."""

import json
import os
import sys
import traceback

# Set before dlt is imported: nothing of this machine's configuration may play a role.
os.environ.update(
    {
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "RUNTIME__LOG_LEVEL": "CRITICAL",
        "NORMALIZE__WORKERS": "1",
        "LOAD__WORKERS": "1",
        "EXTRACT__WORKERS": "1",
    }
)

import dlt  # noqa: E402
from dlt.common.json import json as dlt_json  # noqa: E402


def main() -> None:
    plan = json.load(sys.stdin)
    reports = [load(case) for case in plan["cases"]]
    json.dump(reports, sys.stdout)


def load(case: dict) -> dict:
    pipeline = None
    try:
        pipeline = dlt.pipeline(
            pipeline_name=case["pipeline"],
            pipelines_dir=case["pipelinesDir"],
            destination=dlt.destinations.duckdb(case["database"]),
            dataset_name=case["dataset"],
        )
        for run in case["runs"]:
            load_info = pipeline.run(make_source(run))
            load_info.raise_on_failed_jobs()
        if not case["runs"]:
            pipeline.sync_destination()
        return {"error": None, "state": state_of(pipeline), "schemas": sorted(pipeline.schema_names)}
    except Exception:
        return {"error": traceback.format_exc(), "state": None, "schemas": []}
    finally:
        if pipeline is not None:
            pipeline.deactivate()


def state_of(pipeline) -> str:
    """As typed JSON. What `_local` holds belongs to one machine."""
    state = {key: value for key, value in pipeline.state.items() if key != "_local"}
    return dlt_json.typed_dumps(state)


def make_source(run: dict):
    resources = [make_resource(resource) for resource in run["resources"]]

    @dlt.source(name=run["source"], max_table_nesting=run.get("maxTableNesting"), root_key=run.get("rootKey"))
    def documents():
        return resources

    return documents()


def make_resource(spec: dict):
    def rows():
        state = dlt.current.resource_state()
        state.update(dlt_json.typed_loads(spec["state"]))
        if spec["countsRuns"]:
            state["runs"] = state.get("runs", 0) + 1
        page = []
        with open(spec["file"], encoding="utf-8") as lines:
            for line in lines:
                page.append(json.loads(line))
        yield page

    return dlt.resource(rows, name=spec["name"], **spec["hints"])


if __name__ == "__main__":
    main()
