"""usage: package.py DEB VERSION
What can be said of the package without installing it: lintian finds nothing, it is of this version everywhere, its
config is right and says where to read more, and what it depends on brings every library that the program loads."""
import gzip
import os
import re
import shutil
import subprocess
import sys
import tempfile

import fresh_root

deb, version = sys.argv[1:]


def output(*command, **more):
    return subprocess.run(command, check=True, capture_output=True, text=True, **more).stdout


# What lintian knows for certain or thinks likely; overrides are in packaging/debian, with their reasons.
# It brings 120 packages, so it is asked where it is.
if shutil.which("lintian"):
    judged = subprocess.run(["lintian", "--allow-root", "--fail-on=error,warning", deb], capture_output=True, text=True)
    assert judged.returncode == 0 and not judged.stdout, judged.stdout + judged.stderr
else:
    print("NOT LOOKED AT: lintian, which judges packages, is not installed")

with tempfile.TemporaryDirectory() as root:
    subprocess.run(["dpkg-deb", "--extract", deb, root], check=True)
    program = f"{root}/usr/bin/tickboard"
    doc = f"{root}/usr/share/doc/tickboard"

    assert os.path.basename(deb) == f"tickboard_{version}-1_{output('dpkg', '--print-architecture').strip()}.deb"
    assert output("dpkg-deb", "--field", deb, "Version").strip() == f"{version}-1"
    assert output(program, "--version").strip() == f"tickboard {version}"
    with gzip.open(f"{doc}/changelog.Debian.gz", "rt") as changelog:
        assert changelog.readline().startswith(f"tickboard ({version}-1) ")
    with gzip.open(f"{root}/usr/share/man/man1/tickboard.1.gz", "rt") as manual:
        assert f"\n.Os tickboard {version}\n" in manual.read()

    config = f"{root}/etc/tickboard/tickboard.toml"
    assert output("dpkg-deb", "--info", deb, "conffiles") == "/etc/tickboard/tickboard.toml\n"
    output(program, "check", config)
    for path in re.findall(r"/usr/share/doc/\S+", open(config).read()):
        assert os.path.exists(root + path), f"the config tells of {path}, which is not in the package"
    assert open(f"{doc}/examples/reference.toml").read() == output(program, "check", "--reference")

    # Whatever the board is bundled of, its terms are told.
    terms = open(f"{doc}/copyright").read()
    for name in ("preact", "@preact/signals", "lightweight-charts", "eventsource-parser", "RapidJSON", "CLI11", "toml++"):
        assert name in terms, f"the copyright file does not tell of {name}"

    depends = output("dpkg-deb", "--field", deb, "Depends").strip().split(",")
    brought = {os.path.realpath(path) for path in fresh_root.files_of(fresh_root.closure([], depends))}
    for name, path in re.findall(r"^\s*(\S+) => (\S+)", output("ldd", program), re.MULTILINE):
        assert os.path.realpath(path) in brought, f"{name} is in no package that it depends on: {depends}"

