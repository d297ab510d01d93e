#!/bin/sh
# usage: unit.sh SOURCE_DIR WORK_DIR BOARD_WORK_DIR
# Checks the types of the board's sources and of the clients in TypeScript (examples/clients), then
# runs unit/ with node's own runner.
# BOARD_WORK_DIR is where the board was bundled, with its packages.
set -eu
source=$1 work=$2 board=$3
"$source/../../web/install.sh" "$source" "$work"
cp "$source/../../web/tsconfig.json" "$board/"
"$work/node_modules/.bin/tsc" --project "$board" --preserveSymlinks
rm -rf "$work/clients" "$work/unit"
cp -R "$source/../../examples/clients/typescript" "$work/clients" # packages are found beside it
"$work/node_modules/.bin/tsc" --project "$work/clients"
NODE_PATH="$board/node_modules" "$board/node_modules/.bin/esbuild" "$source"/unit/*.test.ts --bundle --platform=node --format=esm \
  --outdir="$work/unit" --out-extension:.js=.mjs --log-level=warning
exec node --test "$work"/unit/*.mjs
