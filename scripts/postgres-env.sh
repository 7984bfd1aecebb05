#!/usr/bin/env bash
# A private PostgreSQL for tests. `start` installs it with apt when there is none, starts a server on a free port of this machine with its data in a
# temporary folder, and prints its URL. `stop URL` ends it and removes the folder. A power cut would damage its data: it never waits for the disk.
set -euo pipefail

main() {
  case ${1:-} in
    start) start ;;
    stop) stop "$2" ;;
    *) echo "usage: postgres-env.sh start | stop URL" >&2; exit 2 ;;
  esac
}

start() {
  local bin
  bin=$(server_programs) || { install_server; bin=$(server_programs); }
  local dir port try
  dir=$(mktemp -d "${TMPDIR:-/tmp}/leat-postgres-XXXXXX")
  chmod 755 "$dir"
  # The server refuses to run as root.
  if [ "$(id -u)" = 0 ]; then chown postgres "$dir"; fi
  as_server "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync > "$dir/initdb.log" 2>&1 || fail "$dir/initdb.log"
  for try in 1 2 3 4 5; do
    port=$(free_port)
    if as_server "$bin/pg_ctl" -D "$dir/data" -l "$dir/server.log" -w -t 60 -s start -o \
      "-p $port -k $dir -c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200" > /dev/null 2>&1; then
      ln -s "$bin" "$dir/bin"
      echo "postgres://postgres@127.0.0.1:$port/postgres" | tee "$dir/url"
      return
    fi
  done
  fail "$dir/server.log"
}

stop() {
  local dir
  dir=$(grep -lxF -- "$1" "${TMPDIR:-/tmp}"/leat-postgres-*/url 2> /dev/null | head -1 | xargs -r dirname) || true
  [ -n "$dir" ] || { echo "$1 was not started by this script" >&2; exit 2; }
  as_server "$dir/bin/pg_ctl" -D "$dir/data" -m immediate -s stop || true
  rm -rf "$dir"
}

# The newest installed server: the folder of its programs.
server_programs() {
  local found
  found=$({ ls -d /usr/lib/postgresql/*/bin 2> /dev/null; command -v initdb | xargs -r dirname; } | sort -V | tail -1)
  [ -n "$found" ] && [ -x "$found/initdb" ] && echo "$found"
}

install_server() {
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends postgresql; } >&2 \
    || { echo "PostgreSQL is not installed, and apt could not install it" >&2; exit 1; }
}

as_server() {
  if [ "$(id -u)" = 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

free_port() {
  node -e 'const server = require("node:net").createServer().listen(0, "127.0.0.1", () => { console.log(server.address().port); server.close(); })'
}

fail() {
  cat "$1" >&2
  exit 1
}

main "$@"
