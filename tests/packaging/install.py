"""usage: install.py DEB WORK
Installs the package on a fresh Debian of its own, booted by systemd in a container, uses it, upgrades it, and
purges it (scenario.sh). Needs root, systemd-nspawn and this machine's packages."""
import os
import re
import shutil
import subprocess
import sys
import time

import fresh_root

deb, work = map(os.path.abspath, sys.argv[1:])
here = os.path.dirname(os.path.abspath(__file__))
UNIT = """[Unit]
Description=the test
After=basic.target
SuccessAction=exit-force
FailureAction=exit-force
[Service]
Type=oneshot
Environment=VERSION={version} LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin
ExecStart=/bin/bash /test/scenario.sh
StandardOutput=file:/test/report
StandardError=inherit
TimeoutStartSec=240
"""


def skip(why):
    print(f"SKIPPED: the package was NOT installed: {why}", file=sys.stderr)
    sys.exit(77)


def field(name):
    return subprocess.run(["dpkg-deb", "--field", deb, name], check=True, capture_output=True, text=True).stdout.strip()


def rebuilt(root):
    """The same package with a higher version and another default config, as the next release would be."""
    unpacked = f"{work}/newer"
    subprocess.run(["dpkg-deb", "--raw-extract", deb, unpacked], check=True)
    with open(f"{unpacked}/DEBIAN/control") as control:
        text = re.sub(r"^Version: .*$", rf"\g<0>+1", control.read(), flags=re.MULTILINE)
    with open(f"{unpacked}/DEBIAN/control", "w") as control:
        control.write(text)
    with open(f"{unpacked}/etc/tickboard/tickboard.toml", "a") as config:
        config.write("# Another default.\n")
    subprocess.run(["dpkg-deb", "--build", "-Znone", unpacked, f"{root}/test/newer.deb"], check=True,
                   stdout=subprocess.DEVNULL)


if os.geteuid() != 0:
    skip("it takes root to make a machine")
if not shutil.which("systemd-nspawn"):
    skip("systemd-nspawn is not here (Debian: apt-get install systemd-container)")

started = time.monotonic()
shutil.rmtree(work, ignore_errors=True)
root = f"{work}/root"
# Beside what the package depends on: what boots the machine, what it works with, and what asks it.
try:
    fresh_root.make(root, ["systemd", "redis-server", "curl", "diffutils", "findutils"], field("Depends").split(","))
except fresh_root.Missing as missing:
    skip(str(missing))
made = time.monotonic()
os.makedirs(f"{root}/test")
shutil.copy(deb, f"{root}/test/tickboard.deb")
shutil.copy(f"{here}/scenario.sh", f"{root}/test/")
rebuilt(root)
with open(f"{root}/etc/systemd/system/scenario.service", "w") as unit:
    unit.write(UNIT.format(version=field("Version")))
# Its own network, processes, users' sessions and mounts; what is left of it is this folder.
booted = subprocess.run(["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network",
                         f"--directory={root}", "--boot", "systemd.unit=scenario.service"],
                        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=280)
report = f"{root}/test/report"
if not os.path.exists(report):
    print(booted.stdout[-4000:], booted.stderr[-4000:])
    skip("a container cannot be booted here (see above)")
with open(report) as text:
    told = text.read()
print(told)
print(f"the machine: {made - started:.1f} s, on it: {time.monotonic() - made:.1f} s")
assert booted.returncode == 0 and told.endswith("== all of it\n"), f"exit status {booted.returncode}, see above"
shutil.rmtree(work)
