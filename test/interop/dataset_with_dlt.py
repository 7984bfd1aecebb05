"""Loads documents with dlt when asked to, and prints what dlt's dataset reads: row counts, relations as texts, Arrow columns beside those of a file."""

import datetime
import decimal
import json
import sys

import dlt
import pyarrow as pa

plan = json.load(sys.stdin)


def destination():
    database = plan["database"]
    if not database.startswith("postgres"):
        return dlt.destinations.duckdb(database)
    return dlt.destinations.postgres(database.replace("postgres://postgres@", "postgresql://postgres:any@"))


def moment(text):
    return datetime.datetime.fromisoformat(text)


def users():
    for row in plan["users"]:
        yield {
            **row,
            "at": moment(row["at"]),
            "day": datetime.date.fromisoformat(row["day"]),
            "amount": decimal.Decimal(row["amount"]),
        }


def load():
    pipeline = dlt.pipeline("social", destination=destination(), dataset_name=plan["dataset"])
    references = [{"columns": ["user_id"], "referenced_table": "users", "referenced_columns": ["id"]}]
    pipeline.run(
        [
            dlt.resource(users, name="users", columns={"meta": {"data_type": "json"}}),
            dlt.resource(plan["orders"], name="orders", references=references),
        ]
    )


def text(value):
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc).isoformat(timespec="microseconds")
    if isinstance(value, decimal.Decimal):
        return format(value, "f").rstrip("0").rstrip(".")
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).hex()
    return json.dumps(value) if isinstance(value, (dict, list)) else str(value)


def rows_of(relation):
    columns = relation.columns
    return {"columns": columns, "rows": [[text(value) for value in row] for row in relation.fetchall()]}


def read():
    dataset = dlt.dataset(destination(), plan["dataset"])
    users = dataset.table("users")
    counts = dataset.row_counts().fetchall()
    relations = {
        "chosen": users.select("id", "name", "at", "day", "amount", "is_ok").order_by("id"),
        "where": users.where("id", "gt", 1).select("id").order_by("id", "desc"),
        "limited": users.select("id").order_by("id", "desc").limit(2),
        "joined": users.join("users__tags"),
        "upwards": dataset.table("users__tags").join("users"),
        "two_levels": users.join("users__addresses__phones"),
        "step_by_step": users.join("users__addresses").join("users__addresses__phones"),
        "declared": dataset.table("orders").join("users"),
        "declared_back": users.join("orders"),
    }
    aggregates = {name: text(users.select(name).max().fetchscalar()) for name in ["id", "name", "at", "day", "amount"]}
    return {
        "row_counts": {table: count for table, count in counts if not table.startswith("_dlt")},
        "relations": {name: rows_of(relation) for name, relation in relations.items()},
        "max": aggregates,
        "load_ids": dataset.load_ids(),
        "arrow": arrow_columns(users.select("id", "name", "at", "day", "amount", "is_ok", "score", "meta").order_by("id").arrow()),
    }


def cells(table, name):
    values = table.column(name).to_pylist()
    # Spaces in JSON are nobody's business.
    return [json.loads(value or "null") for value in values] if name == "meta" else values


def arrow_columns(ours):
    theirs = pa.ipc.open_file(plan["arrow"]).read_all()
    names = theirs.column_names
    return {
        name: [
            str(theirs.schema.field(name).type),
            str(ours.schema.field(name).type),
            cells(theirs, name) == cells(ours, name) or repr([cells(theirs, name), cells(ours, name)]),
        ]
        for name in names
    } | {"columns": [names, ours.column_names, True]}


if plan["load"]:
    load()
    print("{}")
else:
    print(json.dumps(read()))
