#!/bin/sh
# usage: run.sh SOURCE_DIR WORK_DIR PROGRAM EXCHANGE
# Installs the locked ccxt into WORK_DIR once, then runs check.mjs. Exit 77 (skipped): no node or
# npm, or the registry is out of reach.
set -eu
source=$1 work=$2 program=$3 exchange=$4
. "$source/../../support/npm_ci.sh"

need_locked "$source" "$work" "$exchange was NOT checked against ccxt"
cp "$source/check.mjs" "$work/"
cd "$work"
exec node check.mjs "$program" "$exchange"
