"""Workload W8 with dlt: many resources of few rows in one run. usage: python w8_dlt.py FORMAT RESOURCES FOLDER, twice

FORMAT is that of the job files: `insert_values` is the faster one for the first run, which makes the tables, `parquet` for those after it.
"""
import json
import os
import sys
import time

rows_each = 100


def page(number):
    return [
        {
            "id": id,
            "number": number,
            "name": f"name {id}",
            "value": id * 1.5 + 0.25,
            "at": "2026-01-01T00:00:00Z",
            "nested": {"a": id, "b": str(id)},
        }
        for id in range(rows_each)
    ]


def main():
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"
    import dlt

    file_format, count, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]

    def rows(number):
        yield page(number)

    @dlt.source(name="many")
    def many():
        return [dlt.resource(rows(number), name=f"table_{number:04d}") for number in range(count)]

    pipeline = dlt.pipeline(
        "w8",
        destination=dlt.destinations.duckdb(os.path.join(folder, "w8db.duckdb")),
        dataset_name="bench",
        pipelines_dir=os.path.join(folder, "pipelines"),
    )
    times = [time.perf_counter()]
    pipeline.extract(many(), loader_file_format=file_format)
    times.append(time.perf_counter())
    normalized = pipeline.normalize()
    times.append(time.perf_counter())
    pipeline.load()
    times.append(time.perf_counter())
    steps = dict(zip(("extract", "normalize", "load"), (after - before for before, after in zip(times, times[1:]))))
    print(json.dumps({"steps": steps, "rowCounts": normalized.row_counts}))


if __name__ == "__main__":
    main()
