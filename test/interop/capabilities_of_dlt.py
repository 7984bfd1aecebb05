"""Prints what dlt says its destinations can do."""

import json
import os

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"

import dlt  # noqa: E402

destinations = {
    "duckdb": dlt.destinations.duckdb("any.duckdb"),
    "postgres": dlt.destinations.postgres("postgresql://any:any@localhost/any"),
    "sqlite": dlt.destinations.sqlalchemy("sqlite:///any.db"),
    "filesystem": dlt.destinations.filesystem("any"),
    "dummy": dlt.destinations.dummy(),
    "function": dlt.destination(lambda items, table: None, name="function")(),
}
asked = (
    "max_identifier_length",
    "max_column_identifier_length",
    "has_case_sensitive_identifiers",
    "decimal_precision",
    "wei_precision",
    "supported_merge_strategies",
    "supported_replace_strategies",
    "naming_convention",
    "max_table_nesting",
)
said = {}
for name, destination in destinations.items():
    pipeline = dlt.pipeline(f"capabilities_{name}", destination=destination, dataset_name="any", pipelines_dir="pipelines")
    capabilities = pipeline._get_destination_capabilities()
    said[name] = {key: getattr(capabilities, key) for key in asked}
    pipeline.deactivate()
print(json.dumps(said))
