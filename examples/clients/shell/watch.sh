#!/usr/bin/env bash
# Asks for a market's price every second, and prints it when it has changed: while it has not, the
# daemon answers 304, without a body. What is not asked for (`fields`) is no change.
# usage: watch.sh [MARKET] [TIMES]
set -euo pipefail
. "$(dirname "$0")/tickboard.sh"
tag=
for ((i = 0; i < ${2:-10}; ++i)); do
  ((i == 0)) || sleep 1
  ask "/v1/markets?ids=${1:-binance:BTC-USDT}&fields=id,last" "$tag"
  if [[ "$status" == 304 ]]; then
    echo unchanged
  else
    tag="$(header etag)"
    echo "last $(sed 's/.*"last":"\([^"]*\)".*/\1/' "$tickboard_answer/body")"
  fi
done
