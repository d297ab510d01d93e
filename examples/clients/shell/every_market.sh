#!/usr/bin/env bash
# The id and price of every market, page after page by their Link headers.
# usage: every_market.sh [PER_PAGE]
set -euo pipefail
. "$(dirname "$0")/tickboard.sh"
# A cursor goes on behind the last row, wherever ranks went meanwhile.
target="/v1/markets?sort=id&per_page=${1:-250}&cursor=start&fields=id,last&format=csv"
while [[ -n "$target" ]]; do
  ask "$target"
  tail -n +2 "$tickboard_answer/body" # without the line of heads
  target="$(next_target)"
done
