#!/usr/bin/env bash
# Prints the path of a folder with packages for the Python of python-env.sh: python-packages.sh NAME PACKAGE...
# They are apart from it: with pydantic or sqlalchemy installed dlt would start slower in the benchmark.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=.cache/python-$1
shift
stamp=$folder/.ready-$(echo "$*" | tr -c 'A-Za-z0-9.\n' '-')
if [ ! -f "$stamp" ]; then
  python=$(bash scripts/python-env.sh | tail -1)
  rm -rf "$folder"
  "$python" -m pip install --quiet --disable-pip-version-check --target "$folder" "$@" >&2
  touch "$stamp"
fi
echo "$PWD/$folder"
