"""Makes Arrow tables, loads them with dlt into DuckDB, and leaves them as IPC files. Prints dlt's columns as JSON."""

import datetime
import decimal
import json
import sys

import dlt
import pyarrow as pa

plan = json.load(sys.stdin)
D = decimal.Decimal
day = datetime.date(2024, 2, 29)


def column(values, kind=None):
    return pa.array([*values, None], kind)


first = pa.table(
    {
        "ID": pa.array([1, 2, 3]),
        "i8": column([127, -128], pa.int8()),
        "i16": column([1, -1], pa.int16()),
        "i32": column([1, -1], pa.int32()),
        "i64": column([9007199254740993, -(2**63)], pa.int64()),
        "u64": column([9007199254740993, 0], pa.uint64()),
        "f16": column([1.5, -0.5], pa.float16()),
        "f32": column([0.1, 2.0], pa.float32()),
        "f64": column([0.1, float("inf")], pa.float64()),
        "flag": column([True, False]),
        "Some Text": column(["ä", ""]),
        "large_text": column(["x" * 100, "😀"], pa.large_string()),
        "bytes": column([b"\x00\xff", b""]),
        "large_bytes": column([b"a", b"b"], pa.large_binary()),
        "fixed_bytes": column([b"abcd", b"efgh"], pa.binary(4)),
        "day32": column([day, datetime.date(1969, 12, 31)], pa.date32()),
        "day64": column([day, datetime.date(1969, 12, 31)], pa.date64()),
        "ts_s": column([1, -1], pa.timestamp("s")),
        "ts_ms": column([1001, -1], pa.timestamp("ms")),
        "ts_us": column([1000001, -1], pa.timestamp("us")),
        "ts_ns": column([1000001000, -1000], pa.timestamp("ns")),
        "tz_us": column([1000001, -1], pa.timestamp("us", "UTC")),
        "tz_berlin": column([1000001, -1], pa.timestamp("us", "Europe/Berlin")),
        "t_s": column([1, 86399], pa.time32("s")),
        "t_ms": column([1001, 0], pa.time32("ms")),
        "t_us": column([1000001, 86399999999], pa.time64("us")),
        "wide": column([D("12345678901234567890.1234567891"), D("-0.0000000001")], pa.decimal128(38, 10)),
        "whole": column([D("12345678901234567890123456789012345678"), D("-1")], pa.decimal128(38, 0)),
        "kind": column(["a", "b"]).dictionary_encode(),
        "list": column([[1, 2], []], pa.list_(pa.int64())),
        "struct": column([{"a": 1, "b": "x"}, {"a": None, "b": None}]),
        "map": column([[("k", 1)], []], pa.map_(pa.string(), pa.int64())),
    }
)
second = pa.table({"Some Text": ["later"], "ID": [4], "new_column": [True]})
chunked = pa.concat_tables([first.slice(1), first.slice(0, 2)])

pipeline = dlt.pipeline("arrow", destination=dlt.destinations.duckdb(plan["database"]), dataset_name="data")
for number, table in enumerate([first, second, chunked]):
    with pa.OSFile(f"{plan['folder']}/{number}.arrow", "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    pipeline.run(table, table_name="items")
print(json.dumps(list(pipeline.default_schema.tables["items"]["columns"].values())))
