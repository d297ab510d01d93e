#!/bin/sh
# usage: run.sh SOURCE_DIR WORK_DIR PROGRAM EXCHANGE
# Installs the locked ccxt into WORK_DIR once, then runs check.mjs. Exit 77 (skipped): no node or
# npm, or the registry is out of reach.
set -eu
source=$1 work=$2 program=$3 exchange=$4

skip() {
  echo "SKIPPED: $exchange was NOT checked against ccxt: $1" >&2
  exit 77
}

command -v node >/dev/null || skip "node is not installed"
command -v npm >/dev/null || skip "npm is not installed"
major=$(node -p 'process.versions.node.split(".")[0]')
[ "$major" -ge 20 ] || skip "node is $(node --version), 20 or newer is needed"

mkdir -p "$work"
cp "$source/package.json" "$source/package-lock.json" "$source/check.mjs" "$work/"
cd "$work"
if ! cmp -s package-lock.json .installed-lock; then
  rm -f .installed-lock
  if ! npm ci --no-audit --no-fund --ignore-scripts >npm.log 2>&1; then
    cat npm.log >&2
    # A lock file that does not fit package.json is our fault and no reason to skip.
    grep -qE 'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|E[45][0-9][0-9]|network' npm.log ||
      exit 1
    skip "npm's registry is out of reach (see above)"
  fi
  cp package-lock.json .installed-lock
fi
exec node check.mjs "$program" "$exchange"
