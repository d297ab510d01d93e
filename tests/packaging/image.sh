#!/usr/bin/env bash
# usage: image.sh FOLDER
#
# Builds the image of examples/docker/Dockerfile without a Docker daemon, runs it, and asks for a page. For
# debian:bookworm and its -slim stands what debootstrap makes; buildah builds. What it makes is kept in FOLDER
# (10 GB and more), and a second run goes on from there. Ten minutes, root, and the packages buildah,
# debootstrap, redis-server, iproute2 and curl: by hand, not a part of ./test.
set -euo pipefail

fail() {
  echo "error: $*" >&2
  exit 1
}

(($# == 1)) || fail "usage: $0 FOLDER"
((EUID == 0)) || fail "only root can make the folders of another system"
for program in buildah debootstrap redis-server ip curl unshare; do
  command -v "$program" > /dev/null || fail "$program is not installed"
done
sources="$(dirname "$(readlink -f "$0")")/../.."
mkdir -p "$1"
cd "$1"

builder() {
  local command="$1"
  shift
  buildah --root "$PWD/images" --runroot "$PWD/runtime" --storage-driver vfs "$command" "$@"
}
# No runtime of containers is needed; the network is ours.
export BUILDAH_ISOLATION=chroot

build_base() {
  [[ -d debian ]] || debootstrap --variant=minbase bookworm debian.new http://deb.debian.org/debian
  [[ -d debian ]] || mv debian.new debian
  local container
  container="$(builder from scratch)"
  builder add --quiet "$container" debian / > /dev/null
  builder config --cmd bash "$container"
  # Behind a proxy that signs by itself, npm needs to know who it is.
  if [[ -n "${NODE_EXTRA_CA_CERTS:-}" ]]; then
    builder copy --quiet "$container" "$NODE_EXTRA_CA_CERTS" /etc/proxy-ca.crt > /dev/null
    builder config --env NODE_EXTRA_CA_CERTS=/etc/proxy-ca.crt "$container"
  fi
  builder commit --quiet --rm "$container" docker.io/library/debian:bookworm > /dev/null
  builder tag docker.io/library/debian:bookworm docker.io/library/debian:bookworm-slim
}

# The health check is no part of what others than Docker keep.
build_image() {
  builder bud --format docker --pull-never --layers --tag tickboard --file "$sources/examples/docker/Dockerfile" \
    --ignorefile "$sources/examples/docker/Dockerfile.dockerignore" "$sources"
}

# With a network of its own, for ports are those that the image is made for, and processes of its own, which
# end with it.
run_image() {
  ip link set lo up
  redis-server --port 6379 --save '' --dir "$PWD" --logfile redis.log &
  local container
  container="$(builder from --pull-never tickboard)"
  cat > tickboard.toml << 'TOML'
[http]
listen = "0.0.0.0:8080"
[redis]
url = "redis://127.0.0.1:6379/0"
[[feed]]
exchange = "kraken"
ws_url = "ws://127.0.0.1:9555/v2"
rest_url = "http://127.0.0.1:9555"
symbols = ["*/*"]
TOML
  builder run "$container" /usr/bin/tickboard simulate --exchange kraken --listen 127.0.0.1:9555 --markets 20 --rate 100 > exchange.log 2>&1 &
  # What ENTRYPOINT and CMD are; `buildah run` does not look at them.
  local start
  start="$(builder inspect --type image --format '{{range .Docker.Config.Entrypoint}}{{.}} {{end}}{{range .Docker.Config.Cmd}}{{.}} {{end}}' tickboard)"
  # shellcheck disable=SC2086 # words
  builder run --volume "$PWD/tickboard.toml:/etc/tickboard/tickboard.toml:ro" "$container" $start > daemon.log 2>&1 &
  local page=""
  for _ in {1..300}; do
    page="$(curl --silent 'http://127.0.0.1:8080/v1/markets?quote=USD&per_page=1' || :)"
    [[ "$page" != *'"data":[{"id":"kraken:'* ]] || break
    sleep 0.1
  done
  [[ "$page" == *'"data":[{"id":"kraken:'* ]] || fail "no page came: $page; $(tail -n 5 daemon.log)"
  echo "page: ${page:0:120}..."
  # As what user, and is it healthy by its own word?
  builder run "$container" /bin/sh -c 'id -un; [ "$(id -un)" = tickboard ] && [ -w . ] && [ ! -w /etc/tickboard ]'
  local check
  check="$(builder inspect --type image --format '{{range $i, $word := .Docker.Config.Healthcheck.Test}}{{if $i}}{{$word}} {{end}}{{end}}' tickboard)"
  # shellcheck disable=SC2086 # words
  builder run "$container" $check
  echo "healthy: $check"
  builder rm "$container" > /dev/null
}

if [[ -z "${INSIDE:-}" ]]; then
  builder inspect --type image docker.io/library/debian:bookworm > /dev/null 2>&1 || build_base
  build_image
  INSIDE=1 exec unshare --net --pid --fork --kill-child --mount-proc "$(readlink -f "$sources/tests/packaging/image.sh")" "$PWD"
fi
run_image
echo "the image is built, serves pages, and is healthy"
