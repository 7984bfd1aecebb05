#!/usr/bin/env bash
# Two S3 servers for tests, of different make: `start` fetches them on first use (.cache/s3), starts both on free ports of this machine with their data
# in a temporary folder, and prints their URLs, separated by a space. `stop URLS` ends them and removes the folder. Both take the key `leat` with the
# secret `leat-secret`.
set -euo pipefail
cd "$(dirname "$0")/.."
cache=$PWD/.cache/s3

main() {
  case ${1:-} in
    start) start ;;
    stop) stop "$2" ;;
    *) echo "usage: s3-env.sh start | stop URLS" >&2; exit 2 ;;
  esac
}

start() {
  fetch
  local dir first second
  dir=$(mktemp -d "${TMPDIR:-/tmp}/leat-s3-XXXXXX")
  mkdir "$dir/data"
  first=$(free_port)
  second=$(free_port)
  ROOT_ACCESS_KEY=leat ROOT_SECRET_KEY=leat-secret "$cache/versitygw" --quiet --port "127.0.0.1:$first" posix "$dir/data" > "$dir/versitygw.log" 2>&1 &
  echo $! > "$dir/pids"
  "$cache/moto/bin/moto_server" -H 127.0.0.1 -p "$second" > "$dir/moto.log" 2>&1 &
  echo $! >> "$dir/pids"
  wait_for "$first" "$dir/versitygw.log" "$dir"
  wait_for "$second" "$dir/moto.log" "$dir"
  echo "http://127.0.0.1:$first http://127.0.0.1:$second" | tee "$dir/url"
}

stop() {
  local dir
  dir=$(grep -lxF -- "$1" "${TMPDIR:-/tmp}"/leat-s3-*/url 2> /dev/null | head -1 | xargs -r dirname) || true
  [ -n "$dir" ] || { echo "$1 was not started by this script" >&2; exit 2; }
  end "$dir"
}

end() {
  xargs -r kill < "$1/pids" 2> /dev/null || true
  rm -rf "$1"
}

fetch() {
  mkdir -p "$cache"
  if [ ! -x "$cache/versitygw" ]; then
    GOBIN=$cache go install github.com/versity/versitygw/cmd/versitygw@v1.8.0 >&2 || { echo "versitygw could not be built; it needs Go" >&2; exit 1; }
  fi
  if [ ! -f "$cache/moto/.ready" ]; then
    rm -rf "$cache/moto"
    python3 -m venv "$cache/moto" >&2
    "$cache/moto/bin/pip" install --quiet --disable-pip-version-check "moto[server,s3]==5.2.5" >&2
    touch "$cache/moto/.ready"
  fi
}

wait_for() {
  local try
  for try in $(seq 100); do
    if (exec 3<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null; then return; fi
    sleep 0.2
  done
  cat "$2" >&2
  end "$3"
  exit 1
}

free_port() {
  node -e 'const server = require("node:net").createServer().listen(0, "127.0.0.1", () => { console.log(server.address().port); server.close(); })'
}

main "$@"
