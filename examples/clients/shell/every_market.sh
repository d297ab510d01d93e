#!/usr/bin/env bash
# Prints every market's row, one page after the other, by following the Link headers.
# usage: every_market.sh [URL]
set -euo pipefail
url="${1:-http://127.0.0.1:8080}"
next='/v1/markets?sort=id&per_page=250'
headers="$(mktemp)"
trap 'rm -f "$headers"' EXIT
while [[ -n "$next" ]]; do
  curl --silent --show-error --fail --dump-header "$headers" "$url$next"
  echo
  next="$(sed -n 's/^link:.*<\([^>]*\)>; rel="next".*/\1/ip' "$headers")"
done
