"""Workload W7 with dlt: a resource keeps a dictionary of KEYS entries in its state and changes 100 of them. usage: python w7_dlt.py KEYS FOLDER, twice"""
import json
import os
import sys

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
import dlt

keys, folder = int(sys.argv[1]), sys.argv[2]
changes = 100


@dlt.resource(name="customers", write_disposition="append")
def customers():
    seen = dlt.current.resource_state().setdefault("seen", {})
    if not seen:
        for index in range(keys):
            seen[key_of(index)] = {"ts": 1_700_000_000 + index, "n": index % 97}
    rows = []
    for change in range(changes):
        key = key_of(change * (keys // changes))
        seen[key]["ts"] += 1
        rows.append({"key": key, "ts": seen[key]["ts"]})
    yield rows


def key_of(index):
    """Scattered, as the keys of real customers are."""
    return f"customer-{index * 2654435761 % 4294967296:08x}-{index}"


pipeline = dlt.pipeline(
    "w7",
    destination=dlt.destinations.duckdb(os.path.join(folder, "w7db.duckdb")),
    dataset_name="bench",
    pipelines_dir=os.path.join(folder, "pipelines"),
)
pipeline.run(customers())
print(json.dumps({"rowCounts": pipeline.last_trace.last_normalize_info.row_counts}))
