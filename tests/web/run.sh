#!/bin/sh
# usage: run.sh SOURCE_DIR WORK_DIR SCRIPT PROGRAM
# Runs SCRIPT, of this directory, in Chromium with the locked packages. Nothing is skipped: what is
# missing is a failure.
set -eu
source=$1 work=$2 script=$3 program=$4
"$source/../../web/install.sh" "$source" "$work"
cp "$source"/*.mjs "$work/"
cd "$work"
exec node "$script" "$program" "$work/artefacts"
