#!/usr/bin/env bash
# A page of markets as CSV: the largest of a quote asset whose feed is up.
# usage: markets.sh [QUOTE] [COUNT]
set -euo pipefail
. "$(dirname "$0")/tickboard.sh"
ask "/v1/markets?quote=${1:-USDT}&stale=false&sort=-volume_usd_24h&per_page=${2:-10}&fields=id,last,change_24h_pct&format=csv"
cat "$tickboard_answer/body"
