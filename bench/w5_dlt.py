"""Workload W5 with dlt: one row and a state that changes. usage: python w5_dlt.py FOLDER ROWS, twice"""
import json
import os
import sys
import time

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
import dlt

folder, rows = sys.argv[1:]


@dlt.resource(name="one", primary_key="id", write_disposition="append")
def one():
    now = time.time_ns() // 1_000_000
    dlt.current.resource_state()["lastUpdate"] = now
    for id in range(1, int(rows) + 1):
        yield {"id": id, "updated_at": now, "name": "x"}


pipeline = dlt.pipeline(
    "w5",
    destination=dlt.destinations.duckdb(os.path.join(folder, "w5db.duckdb")),
    dataset_name="bench",
    pipelines_dir=os.path.join(folder, "pipelines"),
)
pipeline.run(one())
print(json.dumps({"rowCounts": pipeline.last_trace.last_normalize_info.row_counts}))
