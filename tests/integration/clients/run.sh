#!/bin/sh
# usage: run.sh SOURCE_DIR WORK_DIR PROGRAM
# Runs check.mjs with the locked packages. Exit 77 (skipped): no node or npm, or the registry is out
# of reach.
set -eu
source=$1 work=$2 program=$3
. "$source/../../support/npm_ci.sh"

need_locked "$source" "$work" "clients of CoinGecko and CoinMarketCap were NOT run"
cp "$source/check.mjs" "$work/"
cd "$work"
exec node check.mjs "$program"
