"""Writes rows to Parquet with dlt, under the settings in the environment. Prints what pyarrow says of that file and of another one."""

import datetime
import decimal
import glob
import json
import os
import sys

plan = json.load(sys.stdin)
for key, value in plan["settings"].items():
    os.environ[f"DATA_WRITER__{key.upper()}"] = value

import dlt
import pyarrow.parquet as pq

at = datetime.datetime(1969, 12, 31, 23, 59, 59, plan["micros"], tzinfo=datetime.timezone.utc)
rows = [
    {
        "id": index,
        "text": "ä",
        "fraction": 0.5,
        "flag": True,
        "at": at,
        "naive": at.replace(tzinfo=None),
        "day": at.date(),
        "time": at.time(),
        "amount": decimal.Decimal("1.5"),
        "exact": decimal.Decimal("1.5"),
        "bytes": b"ab",
        "doc": {"a": 1},
    }
    for index in range(plan["rows"])
]
columns = {
    "doc": {"data_type": "json"},
    "naive": {"data_type": "timestamp", "timezone": False},
    "exact": {"data_type": "decimal", "precision": 10, "scale": 2},
}
pipeline = dlt.pipeline("parquet", destination=dlt.destinations.duckdb(plan["database"]), dataset_name="data", pipelines_dir=plan["folder"])
pipeline.run(rows, table_name="things", columns=columns, loader_file_format="parquet")
files = sorted(glob.glob(f"{plan['folder']}/parquet/load/loaded/*/completed_jobs/things.*.parquet"))


def facts(paths):
    metadata = pq.ParquetFile(paths[0]).metadata
    table = pq.read_table(paths[0])
    return {
        # leat marks JSON as such, dlt does not; the text is the same.
        "types": {field.name: str(getattr(field.type, "storage_type", field.type)) for field in table.schema if not field.name.startswith("_dlt")},
        "at": [str(value) for value in table["at"].cast("int64").to_pylist()[:2]],
        "naive": [str(value) for value in table["naive"].cast("int64").to_pylist()[:2]],
        "rows": table.num_rows,
        "version": metadata.format_version,
        "compression": metadata.row_group(0).column(0).compression,
        "groups": [metadata.row_group(index).num_rows for index in range(metadata.num_row_groups)],
        "files": len(paths),
    }


print(json.dumps([facts(files), facts(sorted(plan["files"]))]))
