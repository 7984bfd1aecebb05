"""Loads rows into a function with dlt; prints what the function got, and the schema."""

import json
import sys

import dlt

asked = json.loads(sys.stdin.read())
calls = []


@dlt.destination(batch_size=asked["batchSize"], skip_dlt_columns_and_tables=asked["skip"], name="sink", max_parallel_load_jobs=1)
def sink(items, table):
    rows = [{key: value if isinstance(value, (int, str, bool, list, dict)) else str(value) for key, value in row.items()} for row in items]
    columns = {name: {key: hint for key, hint in column.items()} for name, column in table["columns"].items()}
    calls.append({"table": table["name"], "rows": rows, "columns": columns, "disposition": table["write_disposition"]})


@dlt.resource(name="Users", write_disposition="merge", primary_key="userId")
def users():
    yield asked["users"]


@dlt.resource(name="logLines")
def lines():
    yield asked["lines"]


pipeline = dlt.pipeline("reverse", destination=sink(), dataset_name="data", pipelines_dir=asked["folder"])
pipeline.run([users(), lines()])
print(json.dumps({"calls": calls, "state": {key: pipeline.state[key] for key in ("destination_type", "destination_name")}}))
