"""Loads Arrow tables with a cursor by dlt into DuckDB, several runs each, and leaves the tables as IPC files. Prints the slots of the cursors."""

import datetime
import decimal
import json
import sys

import dlt
import pyarrow as pa
from dlt.common.json import json as dlt_json

plan = json.load(sys.stdin)
UTC = datetime.timezone.utc
kinds = {
    "int": lambda at: pa.array(at, pa.int64()),
    "float": lambda at: pa.array([None if n is None else n + 0.5 for n in at], pa.float64()),
    "text": lambda at: pa.array([None if n is None else f"t{n}" for n in at], pa.string()),
    "decimal": lambda at: pa.array([None if n is None else decimal.Decimal(n) / 10 for n in at], pa.decimal128(10, 1)),
    "date": lambda at: pa.array([None if n is None else datetime.date(2024, 1, 1 + n) for n in at], pa.date32()),
    "zoned": lambda at: pa.array(
        [None if n is None else datetime.datetime(2024, 1, 1, 0, 0, n, 1, UTC) for n in at], pa.timestamp("us", "UTC")
    ),
    "naive": lambda at: pa.array([None if n is None else datetime.datetime(2024, 1, 1, 0, 0, n, 1) for n in at], pa.timestamp("us")),
}
report = []
for number, case in enumerate(plan["cases"]):
    pipeline = dlt.pipeline(
        f"case_{number}", destination=dlt.destinations.duckdb(plan["database"]), dataset_name=f"case_{number}", pipelines_dir=plan["folder"]
    )
    for run, pages in enumerate(case["runs"]):
        tables = [
            pa.table(
                {
                    "id": pa.array(page["id"], pa.int64()),
                    "amount": pa.array([n / 4 for n in page["id"]], pa.float64()),
                    "at": kinds[case["kind"]](page["at"]),
                }
            )
            for page in pages
        ]
        for page, table in enumerate(tables):
            with pa.OSFile(f"{plan['folder']}/{number}-{run}-{page}.arrow", "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
                writer.write_table(table)
        incremental = dlt.sources.incremental("at", **case["options"])
        pipeline.run(dlt.resource(tables, name="items", primary_key=case.get("primary_key"), incremental=incremental))
    slot = pipeline.state["sources"][f"case_{number}"]["resources"]["items"]["incremental"]["at"]
    with pipeline.sql_client() as client:
        ids = [row[0] for row in client.execute_sql("SELECT id FROM items ORDER BY id")]
    report.append({"slot": dlt_json.typed_dumps(slot), "ids": ids})
print(json.dumps(report))
