"""Goes on with a pipeline of leat's, with dlt: each run gets rows with a cursor. Prints the slot after each."""
import json
import sys

import dlt

plan = json.load(sys.stdin)
slots = []
for run in plan["runs"]:
    pipeline = dlt.pipeline(
        "shop",
        destination=dlt.destinations.duckdb(plan["database"]),
        dataset_name="shop_data",
        pipelines_dir=plan["pipelines_dir"],
    )
    rows = [{"id": id, "at": run["at"]} for id in range(run["from"], run["to"] + 1)]

    @dlt.resource(name="items")
    def items(at=dlt.sources.incremental("at")):
        yield rows

    @dlt.source(name="shop")
    def shop():
        return items

    pipeline.run(shop())
    slots.append(pipeline.state["sources"]["shop"]["resources"]["items"]["incremental"]["at"])
print(json.dumps(slots))
