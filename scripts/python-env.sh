#!/usr/bin/env bash
# Prints the path of a Python that has the real dlt, for the differential tests and the benchmark. Makes it on first use (.cache/python).
# dlt asks for any newer sqlglot, but its dataset does not run with 30.
# duckdb is pinned to the version of our binding, so that both sides can open one file.
set -euo pipefail
cd "$(dirname "$0")/.."
env_dir=.cache/python
stamp=$env_dir/.ready-dlt-1.31.0-duckdb-1.5.5-psycopg2-2.9.13-sqlglot-28
if [ ! -f "$stamp" ]; then
  rm -rf "$env_dir"
  python3 -m venv "$env_dir" >&2 || { apt-get update >&2 && apt-get install -y python3-venv >&2 && python3 -m venv "$env_dir" >&2; }
  "$env_dir/bin/pip" install --quiet --disable-pip-version-check dlt==1.31.0 duckdb==1.5.5 psycopg2-binary==2.9.13 pyarrow==25.0.0 orjson==3.13.0 "sqlglot>=28,<29" >&2 \
    || "$env_dir/bin/pip" install --quiet --disable-pip-version-check dlt==1.31.0 duckdb==1.5.5 psycopg2-binary pyarrow orjson==3.13.0 "sqlglot>=28,<29" >&2
  touch "$stamp"
fi
echo "$PWD/$env_dir/bin/python"
