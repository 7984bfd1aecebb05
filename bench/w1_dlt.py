"""Workload W1 with dlt: `best`, its fastest way (pages of 1000 documents, Parquet job files), or `default` (document by document, job files as it likes).
usage: python w1_dlt.py best|default DOCUMENTS FOLDER"""
import json
import os
import sys
import time


def documents_of(path):
    import orjson

    with open(path, "rb") as lines:
        for line in lines:
            yield orjson.loads(line)


def pages(path, size=1000):
    page = []
    for document in documents_of(path):
        page.append(document)
        if len(page) == size:
            yield page
            page = []
    yield page


def main():
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"
    import dlt

    variant, documents, folder = sys.argv[1:]
    pipeline = dlt.pipeline(
        "w1",
        destination=dlt.destinations.duckdb(os.path.join(folder, "w1db.duckdb")),
        dataset_name="bench",
        pipelines_dir=os.path.join(folder, "pipelines"),
    )
    given, file_format = (pages(documents), "parquet") if variant == "best" else (documents_of(documents), None)
    times = [time.perf_counter()]
    pipeline.extract(dlt.resource(given, name="activities"), write_disposition="append", loader_file_format=file_format)
    times.append(time.perf_counter())
    normalized = pipeline.normalize()
    times.append(time.perf_counter())
    pipeline.load()
    times.append(time.perf_counter())
    steps = dict(zip(("extract", "normalize", "load"), (after - before for before, after in zip(times, times[1:]))))
    print(json.dumps({"steps": steps, "rowCounts": normalized.row_counts}))


if __name__ == "__main__":
    main()
