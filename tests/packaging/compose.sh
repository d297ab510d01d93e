#!/usr/bin/env bash
# usage: compose.sh
#
# Starts examples/docker/docker-compose.yml with three simulated exchanges in place of the real ones, asks for a
# page, for assets and whether Prometheus gets its figures, and takes all of it down again, volumes too. Needs a Docker
# daemon, `docker compose` or docker-compose, curl, and the image `tickboard`:
#
#     docker build --tag tickboard --file examples/docker/Dockerfile .
#
# Images that Docker has are taken, also those that somebody else tagged so; others are pulled. Grafana is left out
# where that is not possible. By hand, not a part of ./test. The ports 8080, 9090 and 3000 must be free.
set -euo pipefail

fail() {
  echo "error: $*" >&2
  exit 1
}

sources="$(readlink -f "$(dirname "$0")/../..")"
cd "$sources/examples/docker"
export COMPOSE_PROJECT_NAME=tickboard-test
if docker compose version > /dev/null 2>&1; then
  compose=(docker compose)
elif command -v docker-compose > /dev/null; then
  compose=(docker-compose)
else
  fail "neither docker compose nor docker-compose is installed"
fi
docker image inspect tickboard > /dev/null 2>&1 || fail "there is no image tickboard; see the head of this script"

work="$(mktemp --directory)"
# Older docker-compose does not know `name`, and wants a `version`.
{
  echo 'version: "3.8"'
  grep -v '^name:' docker-compose.yml
} > "$work/docker-compose.yml"
simulated="$work/simulated.yml"
sed '/^\[\[feed\]\]/,$d' tickboard.toml > "$work/tickboard.toml"
printf 'version: "3.8"\nservices:\n' > "$simulated"
for one in binance:/stream coinbaseexchange: kraken:/v2; do
  exchange="${one%%:*}"
  cat >> "$work/tickboard.toml" << TOML
[[feed]]
exchange = "$exchange"
ws_url = "ws://$exchange:9101${one#*:}"
rest_url = "http://$exchange:9101"
symbols = ["*/*"]

TOML
  cat >> "$simulated" << YAML
  $exchange:
    image: tickboard
    command: ["simulate", "--exchange", "$exchange", "--listen", "0.0.0.0:9101", "--markets", "50", "--rate", "200"]
    healthcheck: {disable: true}
YAML
done
for one in assets tickboard; do
  printf '  %s:\n    volumes: ["%s:/etc/tickboard/tickboard.toml:ro"]\n' "$one" "$work/tickboard.toml" >> "$simulated"
done
chmod -R a+rX "$work"

composed() {
  "${compose[@]}" --project-directory . --file "$work/docker-compose.yml" --file "$simulated" "$@"
}
end() {
  composed down --volumes > /dev/null 2>&1 || :
  rm -rf "$work"
}
trap end EXIT

parts=(redis postgres assets binance coinbaseexchange kraken tickboard prometheus)
grafana="$(awk '/image: grafana/ {print $2}' docker-compose.yml)"
if docker image inspect "$grafana" > /dev/null 2>&1 || docker pull --quiet "$grafana" > /dev/null 2>&1; then
  parts+=(grafana)
else
  echo "NOT tried: Grafana, as there is no image $grafana" >&2
fi
composed up --detach --no-build "${parts[@]}"

# what URL text: until the answer has it, for two minutes.
answers() {
  local told=""
  for _ in {1..120}; do
    told="$(curl --silent --max-time 3 "$2" || :)"
    if [[ "$told" == *"$3"* ]]; then
      echo "ok: $1"
      return
    fi
    sleep 1
  done
  docker ps --all --filter name=tickboard-test >&2
  composed logs --tail 20 tickboard >&2
  fail "$1: $2 answers ${told:0:500}"
}
answers "pages of three exchanges" 'http://127.0.0.1:8080/v1/markets?per_page=1' '"total":150,'
answers "assets of PostgreSQL" 'http://127.0.0.1:8080/healthz' '"source":"postgres","assets":50,'
answers "the board" 'http://127.0.0.1:8080/' '<title>'
answers "Prometheus gets the figures" 'http://127.0.0.1:9090/api/v1/query?query=tickboard_connection_frames_total' '"tickboard:8081"'
answers "Prometheus has the rules" 'http://127.0.0.1:9090/api/v1/rules' 'TickboardFeedDown'
if [[ " ${parts[*]} " == *" grafana "* ]]; then
  answers "Grafana has the dashboard" 'http://admin:admin@127.0.0.1:3000/api/search?type=dash-db' 'tickboard'
fi
