#!/bin/bash
# Run as root by systemd on the fresh machine (install.py): what an administrator does with the package, and what is
# to be seen after each step. Ends with 0 if all of it was as it should be.
set -Eeuo pipefail
trap 'echo "FAILED in line $LINENO: $BASH_COMMAND"' ERR
cd /test
config=/etc/tickboard/tickboard.toml

step() { echo "== $*"; }

fail() {
  echo "FAILED: $*"
  systemctl status --no-pager --full tickboard || true
  journalctl --no-pager --unit tickboard || true
  exit 1
}

# Waits until a command succeeds, which takes moments.
until_true() {
  local end=$((SECONDS + 60))
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || fail "after a minute still not: $*"
    sleep 0.05
  done
}

ask() { curl --silent --show-error --fail "http://127.0.0.1:8080$1"; }

# All that is on the machine, but what dpkg notes of every package that ever was, the copies that adduser leaves of
# the files before its last change, the journal, and what lives in memory.
everything() {
  find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /test \
    -o -path /var/lib/dpkg -o -path /var/log/dpkg.log -o -path /var/log/journal \
    -o -regex '/etc/\(passwd\|shadow\|group\|gshadow\)-' \) -prune -o -printf '%y\t%p\t%m %u:%g %l\n' >names
  sed -n 's/^f\t\([^\t]*\)\t.*/\1/p' names | xargs --delimiter='\n' sha256sum | cat names - | sort
}

step "before"
redis-server --save '' --dir /run --daemonize yes >/dev/null
everything >before

step "install: the service starts by itself, as its own user"
dpkg --install tickboard.deb
[[ "$(dpkg-query --show --showformat='${db:Status-Status}' tickboard)" == installed ]]
systemctl is-enabled tickboard
systemctl is-active tickboard || fail "not started"
pid="$(systemctl show --property MainPID --value tickboard)"
[[ "$(stat --format %U "/proc/$pid")" == tickboard ]] || fail "not its own user"
[[ "$(tickboard --version)" == "tickboard $(cut -d- -f1 <<<"$VERSION")" ]] || fail "$(tickboard --version)"
tickboard check "$config"
until_true ask /healthz

step "the unit: nothing to remark, and little that could be reached through it"
systemd-analyze verify --man=no /lib/systemd/system/tickboard.service
systemd-analyze security --offline=yes --no-pager --threshold=20 tickboard.service | tail -1

step "an administrator's config: a simulated exchange instead of the real ones"
systemd-run --quiet --unit simulator --property Type=exec \
  tickboard simulate --exchange kraken --listen 127.0.0.1:9103 --markets 50 --rate 200
sed -i '/^\[\[feed\]\]/,$d' "$config"
cat >>"$config" <<'END'
[[feed]]
exchange = "kraken"
ws_url = "ws://localhost:9103/v2"
rest_url = "http://localhost:9103"
symbols = ["*/*"]
END
tickboard check "$config"
systemctl restart tickboard
until_true ask /readyz
page="$(ask '/v1/markets?sort=-quote_volume_24h&per_page=3')"
[[ "$page" == '{"data":[{"id":"kraken:'* && "$page" == *'"size":3,'* ]] || fail "page: $page"

step "the board, which asks for nothing from elsewhere"
board="$(ask /)"
[[ "$board" == '<!doctype html>'* || "$board" == '<!DOCTYPE html>'* ]] || fail "board: $board"
links="$(grep -oE '(src|href)="[^"]+"' <<<"$board" | cut -d'"' -f2)"
[[ "$links" == *assets/* ]] || fail "the board has no assets"
while read -r link; do
  [[ "$link" != *//* ]] || fail "the board points to $link"
  [[ -n "$(ask "/${link#./}")" ]] || fail "$link is empty"
done <<<"$links"
[[ "$(ask /openapi.json)" == '{"openapi"'* ]]

step "reload: the same process goes on"
pid="$(systemctl show --property MainPID --value tickboard)"
systemctl reload tickboard
until_true grep -q 'component=reload msg=done feeds=1' <(journalctl --unit tickboard)
[[ "$(systemctl show --property MainPID --value tickboard)" == "$pid" ]]

step "reload of a file with an error: it fails, and says where"
cp "$config" right
echo 'nonsense = 1' >>"$config"
! systemctl reload tickboard || fail "a wrong file was reloaded"
until_true bash -c "journalctl --unit tickboard | grep '$config:[0-9]*:1: feed.nonsense: unknown key'"
[[ "$(systemctl show --property MainPID --value tickboard)" == "$pid" ]]
[[ "$(ask /healthz)" == *'"config":{"state":"ok"'* ]] || fail "the daemon has read the wrong file"
cp right "$config"
systemctl reload tickboard

step "what it keeps is its own"
ls -lA /var/lib/tickboard
[[ "$(stat --format '%U:%G %a' /var/lib/tickboard)" == 'tickboard:tickboard 750' ]] || fail "state directory"
[[ -e /var/lib/tickboard/tickboard-connects.json ]] || fail "connects are not kept"

step "upgrade: the changed config stays, the new program runs"
cp "$config" mine
dpkg --install --force-confold newer.deb
cmp "$config" mine
[[ "$(systemctl show --property MainPID --value tickboard)" != "$pid" ]] || fail "not restarted"
until_true ask /readyz

step "disabled by the administrator: also after an upgrade"
systemctl disable --quiet tickboard
dpkg --install --force-confold newer.deb
! systemctl is-enabled --quiet tickboard || fail "enabled again"
systemctl enable --quiet tickboard

step "remove: it stops, config and state stay"
dpkg --remove tickboard
! systemctl is-active --quiet tickboard || fail "it still runs"
[[ ! -e /usr/bin/tickboard && -e "$config" && -e /var/lib/tickboard ]]

step "purge: without a trace"
dpkg --purge tickboard
everything >after
diff before after || fail "the lines above are what it left (>) or took (<)"
! getent passwd tickboard || fail "the user is still there"
[[ -z "$(find /var/lib/dpkg/info -name 'tickboard.*')" ]] || fail "dpkg still has files of it"
systemctl stop simulator
systemctl daemon-reload
[[ -z "$(systemctl --failed --no-legend)" ]] || { systemctl --failed; exit 1; }
step "all of it"
