"""Workload W4 with dlt: ROWS rows are loaded, then a tenth as many are merged, half of them new. Times are those of the merge's three steps; Arrow tables are there before.
usage: python w4_dlt.py duckdb|POSTGRES_URL rows|arrow ROWS FOLDER"""
import json
import os
import sys
import time

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["RUNTIME__LOG_LEVEL"] = "ERROR"


def row_of(id, version):
    return {
        "id": id,
        "version": version,
        "customer": f"customer-{id % 50_000}",
        "email": f"person.{id}@example.com",
        "city": f"city {id % 997}",
        "amount": (id % 100_000) / 7 + 0.05,
        "quantity": id % 13,
        "paid": id % 3 == 0,
        "note": f"order {id} of version {version}, as it was placed by the customer",
    }


def pages(kind, start, end, version, size=10_000):
    for first in range(start, end, size):
        page = [row_of(id, version) for id in range(first, min(first + size, end))]
        if kind == "arrow":
            import pyarrow

            yield pyarrow.Table.from_pylist(page)
        else:
            yield page


def main():
    import dlt

    place, kind, count, folder = sys.argv[1:]
    rows = int(count)
    dataset = os.path.basename(folder).replace("-", "_").lower()
    if place == "duckdb":
        destination = dlt.destinations.duckdb(os.path.join(folder, "w4db.duckdb"))
    else:
        # dlt wants a password, also where none is asked for.
        destination = dlt.destinations.postgres(place.replace("postgres://postgres@", "postgresql://postgres:any@"))
    pipeline = dlt.pipeline("w4", destination=destination, dataset_name=dataset, pipelines_dir=os.path.join(folder, "pipelines"))
    # Parquet is the fastest of dlt's ways into DuckDB, CSV into Postgres.
    file_format = "parquet" if place == "duckdb" else "csv"

    def orders(start, end, version):
        given = pages(kind, start, end, version)
        return dlt.resource(list(given) if kind == "arrow" else given, name="orders", write_disposition="merge", primary_key="id")

    pipeline.run(orders(0, rows, 1), loader_file_format=file_format)
    changed = orders(rows - rows // 20, rows + rows // 20, 2)
    cpu_before = time.process_time()
    times = [time.perf_counter()]
    pipeline.extract(changed, loader_file_format=file_format)
    times.append(time.perf_counter())
    pipeline.normalize()
    times.append(time.perf_counter())
    pipeline.load()
    times.append(time.perf_counter())
    cpu = time.process_time() - cpu_before
    steps = dict(zip(("extract", "normalize", "load"), (after - before for before, after in zip(times, times[1:]))))
    with pipeline.sql_client() as client:
        found, versions = client.execute_sql("SELECT count(*), sum(version) FROM orders")[0]
        if place != "duckdb":
            client.execute_sql(f"DROP SCHEMA {client.fully_qualified_dataset_name()} CASCADE")
            with client.with_staging_dataset():
                client.execute_sql(f"DROP SCHEMA {client.fully_qualified_dataset_name()} CASCADE")
    row_counts = {"rows": int(found), "versions": int(versions)}
    print(json.dumps({"wallSeconds": sum(steps.values()), "cpuSeconds": cpu, "steps": steps, "rowCounts": row_counts}))


if __name__ == "__main__":
    main()
