#!/bin/sh
# usage: install.sh SOURCE_DIR WORK_DIR
# Puts the packages that SOURCE_DIR/package-lock.json names into WORK_DIR/node_modules, from npm's
# cache as far as they are there.
set -eu
source=$1 work=$2
mkdir -p "$work"
cd "$work"
cmp -s "$source/package-lock.json" .installed-lock && exit 0
rm -f .installed-lock
cp "$source/package.json" "$source/package-lock.json" .
npm ci --prefer-offline --ignore-scripts --no-audit --no-fund >npm.log 2>&1 || {
  cat npm.log >&2
  cat >&2 <<END

error: the packages of the live board (web/package-lock.json) could not be installed.
  npm's registry ($(npm config get registry)) must be reachable once, or hold a mirror:
    npm config set registry https://npm.example.org/
  Without network: on a machine that has one, run
    npm ci --ignore-scripts --cache npm-cache      # in web/; it is for the same processor
  then bring that npm-cache here, and build with npm_config_cache=/path/to/npm-cache
END
  exit 1
}
cp package-lock.json .installed-lock
