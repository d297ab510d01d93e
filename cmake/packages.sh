# shellcheck shell=bash
# Sourced by ./run and ./test: what both do before anything is compiled.
#
#   install_packages GROUP...   installs what is missing of these groups of cmake/packages.txt
#   build_jobs                  prints how many compilers fit this machine

# Prints the packages of the given groups that are not installed, one a line.
missing_packages() {
  local group='' package unless command status
  while read -r package unless command; do
    case "$package" in
      '') continue ;;
      '['*']') group="${package:1:-1}" && continue ;;
    esac
    [[ " $* " == *" $group "* ]] || continue
    if [[ "$unless" == unless ]] && command -v "$command" >/dev/null; then
      continue
    fi
    status="$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)"
    [[ "$status" == installed ]] || echo "$package"
  done < <(sed 's/#.*//' cmake/packages.txt)
}

# Without a terminal sudo must not ask for a password. Decided here, since later commands get
# /dev/null as their input.
become_root=()
if [[ "$(id -u)" != 0 ]]; then
  become_root=(sudo)
  [[ -t 0 ]] || become_root=(sudo -n)
fi

as_root() {
  "${become_root[@]}" "$@"
}

can_become_root() {
  as_root true
}

# Installing redis-server or postgresql starts a system service and enables it at boot. Nobody asked
# for that: our servers are private ones on sockets of their own. While policy-rc.d says 101 ("action
# forbidden"), no package starts a service, whatever the init system
# (https://people.debian.org/~hmh/invokerc.d-policyrc.d-specification.txt). A policy that the
# machine has already, as container images do, is left alone.
policy=/usr/sbin/policy-rc.d
install_without_services() {
  local own_policy=no failed=0
  if [[ ! -e "$policy" ]]; then
    own_policy=yes
    as_root sh -c "printf '#!/bin/sh\nexit 101\n' >$policy && chmod 755 $policy"
    # Not left behind if we are interrupted: it would silence services for ever.
    trap 'as_root rm -f "$policy"' EXIT
    trap 'exit 130' INT TERM HUP
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 \
    install --yes --quiet --no-install-recommends "$@" </dev/null || failed=$?
  if [[ "$own_policy" == yes ]]; then
    as_root rm -f "$policy"
    trap - EXIT INT TERM HUP
  fi
  local server
  for server in redis-server postgresql; do
    if [[ " $* " == *" $server "* && -d /run/systemd/system ]]; then
      as_root systemctl disable --now --quiet "$server" || true
    fi
  done
  return "$failed"
}

install_packages() {
  if ! command -v dpkg-query >/dev/null; then
    echo "note: not a Debian system; cmake/packages.txt says what has to be installed" >&2
    return
  fi
  local missing
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  echo "installing: ${missing[*]}"
  if ! can_become_root; then
    echo "error: neither root nor able to use sudo. Please run this and try again:" >&2
    echo "  apt-get update && apt-get install --no-install-recommends ${missing[*]}" >&2
    return 1
  fi
  if ! as_root apt-get -o DPkg::Lock::Timeout=120 update --quiet </dev/null ||
    ! install_without_services "${missing[@]}"; then
    echo "error: apt-get failed, see above. Needed: ${missing[*]}" >&2
    return 1
  fi
}

# One compiler for each processor, and for each 1.5 GiB of free memory: a file that includes all
# of Beast takes about that much with sanitizers.
build_jobs() {
  local processors memory_kib
  processors="$(nproc)"
  memory_kib="$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)"
  local fitting=$((memory_kib / 1572864))
  ((fitting >= 1)) || fitting=1
  echo $((fitting < processors ? fitting : processors))
}
