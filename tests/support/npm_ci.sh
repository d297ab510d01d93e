# Sourced by tests that need packages from npm. install_locked SOURCE WORK puts the locked packages of
# SOURCE/package.json into WORK, once. Returns 77, having set `why`, if there is no node or npm, or
# the registry is out of reach; 1 if the lock file itself is at fault.
#
# need_locked SOURCE WORK WHAT does the same, or ends the test: skipped, if that is why, saying that WHAT
# was NOT done.
need_locked() {
  install_locked "$1" "$2" && return
  code=$?
  [ $code = 77 ] && echo "SKIPPED: $3: $why" >&2
  exit $code
}

install_locked() {
  why=
  command -v node >/dev/null || { why="node is not installed"; return 77; }
  command -v npm >/dev/null || { why="npm is not installed"; return 77; }
  major=$(node -p 'process.versions.node.split(".")[0]')
  [ "$major" -ge 20 ] || { why="node is $(node --version), 20 or newer is needed"; return 77; }
  mkdir -p "$2"
  cp "$1/package.json" "$1/package-lock.json" "$2/"
  (
    cd "$2"
    cmp -s package-lock.json .installed-lock && exit 0
    rm -f .installed-lock
    if npm ci --no-audit --no-fund --ignore-scripts >npm.log 2>&1; then
      cp package-lock.json .installed-lock
      exit 0
    fi
    cat npm.log >&2
    # A lock file that does not fit package.json is our fault and no reason to skip.
    grep -qE 'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|E[45][0-9][0-9]|network' npm.log &&
      exit 77
    exit 1
  ) || { code=$?; why="npm's registry is out of reach (see above)"; return $code; }
}
