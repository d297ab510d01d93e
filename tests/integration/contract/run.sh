#!/bin/sh
# usage: run.sh SOURCE_DIR WORK_DIR PROGRAM
# Checks what the program says of its API, and what it answers by that. Exit 77 (skipped): no node;
# or no packages from npm, and so no validator: then only what needs none was checked.
set -eu
source=$1 work=$2 program=$3
. "$source/../../support/npm_ci.sh"

install_locked "$source" "$work" || {
  code=$?
  [ $code = 77 ] || exit $code
  echo "SKIPPED: the API document and answers were NOT checked by a validator: $why" >&2
  command -v node >/dev/null || exit 77
  export TICKBOARD_WITHOUT_NPM=1
}
mkdir -p "$work"
cp "$source"/*.mjs "$work/"
cd "$work"
exec node check.mjs "$program"
