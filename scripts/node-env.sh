#!/usr/bin/env bash
# Prints the path of a Node of the given major version (22, 24). Gets it on first use (.cache/node-<major>).
set -euo pipefail
cd "$(dirname "$0")/.."
dir=$PWD/.cache/node-$1
if [ ! -x "$dir/node_modules/node/bin/node" ]; then
  mkdir -p "$dir"
  echo '{"private":true}' > "$dir/package.json"
  npm install --prefix "$dir" --no-audit --no-fund "node@$1" >&2
fi
echo "$dir/node_modules/node/bin/node"
