# shellcheck shell=bash
# Sourced by the scripts beside it: asks a tickboard daemon with curl.
#
# TICKBOARD_URL      where it is, http://127.0.0.1:8080 by default
# TICKBOARD_API_KEY  a key, if it wants one
tickboard_url="${TICKBOARD_URL:-http://127.0.0.1:8080}"
tickboard_answer="$(mktemp -d)"
trap 'rm -rf "$tickboard_answer"' EXIT

# header NAME: of the last answer.
header() {
  tr -d '\r' <"$tickboard_answer/headers" | sed -n "s/^$1: //ip" | tail -n 1
}

# ask TARGET [ETAG]: puts the answer's body into $tickboard_answer/body, and its status into `status`,
# 200 or, with an ETag, 304. "Not now" (503, also while nobody listens, and 429) is asked again after
# as long as the daemon says, 30 times; any other refusal ends the script with what the daemon says.
ask() {
  local pause
  for _ in {1..30}; do
    # Headers by a file descriptor: on the command line everybody on the machine could read the key.
    status="$(curl --silent --max-time 10 --header @<(request_headers "${2:-}") --dump-header "$tickboard_answer/headers" \
      --output "$tickboard_answer/body" --write-out '%{http_code}' "$tickboard_url$1")" || status=000
    case "$status" in
      200 | 304) return ;;
      000) pause=1 ;;
      429 | 503) pause="$(header retry-after)" ;;
      *) break ;;
    esac
    echo "status $status, asking again in ${pause:=1} s" >&2
    sleep "$pause"
  done
  sed 's/.*"title":"\([^"]*\)".*"detail":"\([^"]*\)".*/\1: \2/' "$tickboard_answer/body" >&2
  echo >&2
  exit 1
}

request_headers() {
  echo "Accept: application/json, text/csv;q=0.5"
  [[ -z "${TICKBOARD_API_KEY:-}" ]] || echo "Authorization: Bearer $TICKBOARD_API_KEY"
  [[ -z "$1" ]] || echo "If-None-Match: $1"
}

# next_target: of the page after the last answer, by its Link header; nothing at the end.
next_target() {
  header link | sed -n 's/.*<\([^>]*\)>; rel="next".*/\1/p'
}
