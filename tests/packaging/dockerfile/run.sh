#!/bin/sh
# usage: run.sh SOURCE_DIR WORK_DIR DOCKERFILE
# Lints it with the locked package. Exit 77 (skipped): no node or npm, or the registry is out of reach.
set -eu
source=$1 work=$2 dockerfile=$3
. "$source/../../support/npm_ci.sh"

need_locked "$source" "$work" "the Dockerfile was NOT linted"
# Whatever it finds counts, also what it takes for a warning.
remarks="$("$work/node_modules/.bin/dockerfile-utils" lint "$dockerfile" 2>&1)" || :
echo "$remarks"
[ -z "$remarks" ]
