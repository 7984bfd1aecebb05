"""One turn of a pipeline with a dataset per schema: the sources that stdin names, each with a table whose rows count the runs."""

import json
import os
import sys

import dlt

plan = json.load(sys.stdin)


def counted(name, table):
    @dlt.source(name=name)
    def make():
        @dlt.resource(name=table)
        def rows():
            state = dlt.current.resource_state()
            state["n"] = state.get("n", 0) + 1
            yield {"n": state["n"]}

        return rows

    return make()


os.environ["USE_SINGLE_DATASET"] = "false"
if plan["database"].startswith("postgres"):
    destination = dlt.destinations.postgres(plan["database"].replace("postgres://postgres@", "postgresql://postgres:any@"))
else:
    destination = dlt.destinations.duckdb(plan["database"])
pipeline = dlt.pipeline("counts", destination=destination, dataset_name="counts_data", pipelines_dir=plan["pipelinesDir"])
pipeline.run([counted(*source) for source in plan["sources"]])
print(json.dumps(pipeline.state["sources"]))
