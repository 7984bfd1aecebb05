"""Workload W5 with dlt: one row and a state that changes. usage: python w5_dlt.py FOLDER, twice"""
import json
import os
import sys
import time

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
import dlt

folder = sys.argv[1]


@dlt.resource(name="one", primary_key="id", write_disposition="append")
def one():
    row = {"id": 1, "updated_at": time.time_ns() // 1_000_000, "name": "x"}
    dlt.current.resource_state()["lastUpdate"] = row["updated_at"]
    yield row


pipeline = dlt.pipeline(
    "w5",
    destination=dlt.destinations.duckdb(os.path.join(folder, "w5db.duckdb")),
    dataset_name="bench",
    pipelines_dir=os.path.join(folder, "pipelines"),
)
pipeline.run(one())
print(json.dumps({"rowCounts": pipeline.last_trace.last_normalize_info.row_counts}))
