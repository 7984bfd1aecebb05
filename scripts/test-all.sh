#!/usr/bin/env bash
# Everything of `npm test`, and the tests that need Python with the real dlt, a PostgreSQL server, S3 servers or other versions of Node. What they need is fetched
# on first use; without it they fail, they are not skipped. The last line is `N passed, N failed`.
set -uo pipefail
cd "$(dirname "$0")/.."
# REPORT names a file that is to keep the results as JSON.
report=${REPORT:-$(mktemp)}
own_server=
own_s3=
finish() {
  [ -z "$own_server" ] || bash scripts/postgres-env.sh stop "$own_server"
  [ -z "$own_s3" ] || bash scripts/s3-env.sh stop "$own_s3"
  [ -n "${REPORT:-}" ] || rm -f "$report"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

bash scripts/python-env.sh > /dev/null
# A server that is named already stays as it is.
if [ -z "${LEAT_TEST_POSTGRES:-}" ]; then
  own_server=$(bash scripts/postgres-env.sh start)
  export LEAT_TEST_POSTGRES=$own_server
fi
if [ -z "${LEAT_TEST_S3:-}" ]; then
  own_s3=$(bash scripts/s3-env.sh start)
  export LEAT_TEST_S3=$own_s3
fi
status=0
npm run --silent build && npx vitest run --config vitest.all.config.ts --reporter=default --reporter=json --outputFile.json="$report" "$@" || status=1
node scripts/print-summary.mjs "$report" || status=1
exit $status
