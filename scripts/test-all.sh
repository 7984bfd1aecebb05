#!/usr/bin/env bash
# Everything of `npm test`, and the tests that need Python with the real dlt or other versions of Node. What they need is fetched on first use;
# without it they fail, they are not skipped. The last line is `N passed, N failed`.
set -uo pipefail
cd "$(dirname "$0")/.."
# REPORT names a file that is to keep the results as JSON.
report=${REPORT:-$(mktemp)}
[ -n "${REPORT:-}" ] || trap 'rm -f "$report"' EXIT

bash scripts/python-env.sh > /dev/null
status=0
npm run --silent build && npx vitest run --config vitest.all.config.ts --reporter=default --reporter=json --outputFile.json="$report" "$@" || status=1
node scripts/print-summary.mjs "$report" || status=1
exit $status
