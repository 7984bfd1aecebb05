"""Loads rows into files with the real dlt, or reads what is in them. The task is JSON on stdin, the rows that were read are JSON on stdout, each value as its text."""

import json
import os
import sys
from datetime import date, datetime, time, timezone
from decimal import Decimal

os.environ.update({"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "CRITICAL", "NORMALIZE__WORKERS": "1", "LOAD__WORKERS": "1"})

import dlt  # noqa: E402
from dlt.common.wei import Wei  # noqa: E402

rows = [
    {
        "id": 1,
        "text": 'é "quoted", with a comma\nand a line',
        "large": 9007199254740993,
        "ratio": 0.1,
        "paid": True,
        "at": datetime(2024, 2, 29, 12, 34, 56, 123456, timezone.utc),
        "day": date(2024, 2, 29),
        "clock": time(1, 2, 3, 4),
        "amount": Decimal("123456789.123456789"),
        "bytes": bytes([0, 255, 10]),
    },
    {"id": 2},
]


def main() -> None:
    task = json.load(sys.stdin)
    if task["does"] == "types":
        return json.dump([types_of(folder) for folder in task["folders"]], sys.stdout)
    destination = dlt.destinations.filesystem(task["bucket"], **({"layout": task["layout"]} if "layout" in task else {}))
    pipeline = dlt.pipeline(pipeline_name="files", pipelines_dir=task["pipelinesDir"], destination=destination, dataset_name="files")
    if task["does"] == "load":
        given = rows if task["format"] != "csv" else [{**row, "bytes": None} for row in rows]
        if task.get("withWei"):
            given = [{**given[0], "wei": Wei(2**100), "document": {"a": [1]}, "tags": ["x"]}, *given[1:]]
        columns = {"extra": {"data_type": "json"}, "bytes": {"data_type": "binary"}, "document": {"data_type": "json"}}
        pipeline.run(given, table_name="docs", loader_file_format=task["format"], columns=columns)
        return json.dump([], sys.stdout)
    pipeline.sync_destination()
    found = pipeline.dataset().docs.select(*task["columns"]).fetchall()
    json.dump([[shown(value) for value in row] for row in sorted(found)], sys.stdout)


def types_of(folder):
    import pyarrow.parquet as parquet

    [file] = [name for name in os.listdir(folder) if name.endswith(".parquet")]
    return [[field.name, str(field.type)] for field in parquet.read_schema(os.path.join(folder, file))]


def shown(value):
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).isoformat()
    return None if value is None else value.hex() if isinstance(value, bytes) else str(value)


main()
