#!/usr/bin/env bash
# Follows a view (Server-Sent Events): prints each event's name and how much it holds.
# usage: stream.sh [QUERY] [EVENTS]      exit status 77: this daemon has no streams
set -euo pipefail
. "$(dirname "$0")/tickboard.sh"
events="${2:-10}" event=
code=$(mktemp "$tickboard_answer/XXXX")
while IFS= read -r line; do
  line="${line%$'\r'}"
  case "$line" in
    "event: "*) event="${line#event: }" ;;
    "data: "*)
      echo "$event: $((${#line} - 6)) bytes"
      ((--events)) || break
      ;;
  esac
done < <(curl --silent --no-buffer --fail --header @<(request_headers "" | grep -v ^Accept) --header "Accept: text/event-stream" \
  --write-out '%{stderr}%{http_code}' "$tickboard_url/v1/stream?${1:-sort=-volume_usd_24h&per_page=20}" 2>"$code")
if ((events == ${2:-10})); then
  echo "no stream: status $(cat "$code")" >&2
  [[ "$(cat "$code")" != 404 ]] || exit 77
  exit 1
fi
