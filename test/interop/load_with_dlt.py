"""Loads documents with the real dlt, as a plan says, and reports what came of it. The plan is JSON on stdin (see plan.ts), the report JSON on stdout."""

import json
import os
import sys
import traceback
from datetime import date, datetime, time, timezone  # noqa: F401
from decimal import Decimal  # noqa: F401
from uuid import UUID  # noqa: F401

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
import pendulum  # noqa: E402, F401
from dlt.common.json import json as dlt_json  # noqa: E402
from dlt.pipeline.helpers import pipeline_drop  # noqa: E402
from dlt.pipeline.state_sync import generate_pipeline_state_version_hash  # noqa: E402


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
            destination=destination_of(case["database"], case["settings"]),
            dataset_name=case["dataset"],
        )
        for step in case["runs"]:
            if "drop" in step:
                # Without it dlt does not know a pipeline that this machine never ran.
                pipeline.sync_destination()
                pipeline_drop(pipeline, **step["drop"])()
            else:
                run(pipeline, step)
        if not case["runs"]:
            pipeline.sync_destination()
        return {
            "error": None,
            "state": state_of(pipeline),
            "schemas": sorted(pipeline.schema_names),
            "values": values_in("", pipeline.state.get("sources", {})),
            "hashes": [pipeline.state["_version_hash"], generate_pipeline_state_version_hash(pipeline.state)],
        }
    except Exception:
        return {"error": traceback.format_exc(), "state": None, "schemas": [], "values": {}, "hashes": []}
    finally:
        if pipeline is not None:
            pipeline.deactivate()


def destination_of(database: str, settings: dict):
    if database.endswith(".db"):
        return dlt.destinations.sqlalchemy(f"sqlite:///{database}", **settings)
    if database.startswith("s3:"):
        bucket, endpoint = database.split("#")
        keys = {"aws_access_key_id": "leat", "aws_secret_access_key": "leat-secret", "region_name": "us-east-1"}
        return dlt.destinations.filesystem(bucket, credentials={**keys, "endpoint_url": endpoint})
    if database.endswith(".bucket"):
        return dlt.destinations.filesystem(database)
    if not database.startswith("postgres"):
        return dlt.destinations.duckdb(database, **settings)
    return dlt.destinations.postgres(database.replace("postgres://postgres@", "postgresql://postgres:any@"), **settings)


def run(pipeline, step: dict) -> None:
    sources = [make_source(source) for source in [step, *step["besides"]]]
    pipeline.run(sources, refresh=step.get("refresh")).raise_on_failed_jobs()


def values_in(path: str, value) -> dict:
    if isinstance(value, dict) and value:
        members = [values_in(f"{path}.{key}" if path else key, member) for key, member in value.items()]
        return {key: text for member in members for key, text in member.items()}
    return {path: repr(value)}


def state_of(pipeline) -> str:
    """As typed JSON. What `_local` holds belongs to one machine."""
    state = {key: value for key, value in pipeline.state.items() if key != "_local"}
    return dlt_json.typed_dumps(state)


def make_source(run: dict):
    resources = [make_resource(resource) for resource in run["resources"]]

    @dlt.source(name=run["source"], max_table_nesting=run.get("maxTableNesting"), root_key=run.get("rootKey"), schema_contract=run.get("schemaContract"))
    def documents():
        return resources

    return documents()


def make_resource(spec: dict):
    def rows():
        state = dlt.current.resource_state()
        state.update(dlt_json.typed_loads(spec["state"]))
        for key, expression in spec.get("pythonState", {}).items():
            state[key] = eval(expression)
        cursor = spec.get("cursor")
        last = state.get("last")
        if spec["countsRuns"]:
            state["runs"] = state.get("runs", 0) + 1
        page = []
        with open(spec["file"], encoding="utf-8") as lines:
            for line in lines:
                row = dlt_json.typed_loads(line) if spec.get("isTyped") else json.loads(line)
                if cursor is None or last is None or row[cursor] > last:
                    page.append(row)
        if cursor is not None and page:
            state["last"] = max(row[cursor] for row in page)
        size = spec.get("pageSize") or len(page) or 1
        yield from [page[start : start + size] for start in range(0, len(page), size)] or [page]

    options = {**spec["hints"]}
    if "incremental" in spec:
        options["incremental"] = dlt.sources.incremental(**dlt_json.typed_loads(spec["incremental"]))
    return dlt.resource(rows, name=spec["name"], **options)


if __name__ == "__main__":
    main()
