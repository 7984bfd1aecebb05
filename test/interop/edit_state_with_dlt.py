"""Restores the state of a pipeline with dlt, prints it as typed JSON, and, where it is told to, edits it. Reads what to do from standard input."""

import json
import sys

import dlt
from dlt.common import json as typed_json

plan = json.load(sys.stdin)
pipeline = dlt.pipeline(
    plan["pipeline"],
    destination=dlt.destinations.duckdb(plan["database"]),
    dataset_name=plan["dataset"],
    pipelines_dir=plan["pipelines_dir"],
)
pipeline.sync_destination()
print(typed_json.typed_dumps(pipeline.state["sources"]))
if "note" in plan:
    with pipeline.managed_state(extract_state=True) as state:
        state["sources"]["shop"]["note"] = plan["note"]
    pipeline.normalize()
    pipeline.load()
