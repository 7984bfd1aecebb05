"""Workload W1 with dlt, in the variant that was its fastest: pages of 1000 documents, Parquet job files. usage: python w1_dlt.py DOCUMENTS FOLDER"""
import json
import os
import sys
import time


def pages(path, size=1000):
    import orjson

    page = []
    with open(path, "rb") as lines:
        for line in lines:
            page.append(orjson.loads(line))
            if len(page) == size:
                yield page
                page = []
    yield page


def main():
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"
    import dlt

    documents, folder = sys.argv[1:]
    pipeline = dlt.pipeline(
        "w1",
        destination=dlt.destinations.duckdb(os.path.join(folder, "w1db.duckdb")),
        dataset_name="bench",
        pipelines_dir=os.path.join(folder, "pipelines"),
    )
    times = [time.perf_counter()]
    pipeline.extract(dlt.resource(pages(documents), name="activities"), write_disposition="append", loader_file_format="parquet")
    times.append(time.perf_counter())
    normalized = pipeline.normalize()
    times.append(time.perf_counter())
    pipeline.load()
    times.append(time.perf_counter())
    steps = dict(zip(("extract", "normalize", "load"), (after - before for before, after in zip(times, times[1:]))))
    print(json.dumps({"steps": steps, "rowCounts": normalized.row_counts}))


if __name__ == "__main__":
    main()
