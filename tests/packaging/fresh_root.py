"""A fresh Debian in a folder, made of the packages that this machine has: no network, and seconds instead of the
minutes of debootstrap (docs/decisions/packaging.md). In it are the essential packages, those that are named, and
all that these depend on: dpkg finds them installed, and nothing else is there."""
import os
import re
import shutil
import subprocess

# Of a package, nobody on the fresh machine reads these.
LEFT_OUT = re.compile(r"/usr/share/(doc|man|locale|info|i18n)/")
# With merged /usr these are links.
MERGED = ("bin", "sbin", "lib", "lib32", "lib64", "libx32")


class Missing(Exception):
    """A package that is needed is not on this machine."""


def installed():
    """Of each installed package its paragraph in dpkg's status file; and who provides what is no package."""
    paragraphs, providers = {}, {}
    with open("/var/lib/dpkg/status") as status:
        for text in status.read().split("\n\n"):
            fields = dict(re.findall(r"^([A-Za-z-]+): (.*)$", text, re.MULTILINE))
            if fields.get("Status", "").endswith(" installed"):
                paragraphs[fields["Package"]] = (fields, text.strip())
                for name in filter(None, fields.get("Provides", "").split(",")):
                    providers.setdefault(name_of(name), fields["Package"])
    return paragraphs, providers


def name_of(relation):
    """`libc6` of ` libc6:any (>= 2.36)`."""
    return re.split(r"[ (:]", relation.strip(), maxsplit=1)[0]


def closure(names, depends=()):
    """The essential packages, `names`, what meets the relations `depends`, and all that they depend on."""
    paragraphs, providers = installed()
    found = {}

    def meet(relation, whose):
        for alternative in map(name_of, relation.split("|")):
            package = alternative if alternative in paragraphs else providers.get(alternative)
            if package:
                return add(package)
        raise Missing(f"{whose} needs {relation.strip()}, which is not installed here")

    def add(name):
        if name not in found:
            fields, found[name] = paragraphs[name]
            for key in ("Pre-Depends", "Depends"):
                for relation in filter(None, fields.get(key, "").split(",")):
                    meet(relation, name)

    for name, (fields, _) in paragraphs.items():
        if fields.get("Essential") == "yes":
            add(name)
    for name in names:
        meet(name, "the test")
    for relation in depends:
        meet(relation, "the package")
    return found


def files_of(packages):
    listed = subprocess.run(["dpkg-query", "--listfiles", *packages], check=True, capture_output=True, text=True)
    links = {f"/{name}" for name in MERGED}
    return sorted({path for path in listed.stdout.splitlines()
                   if path.startswith("/") and path != "/." and path not in links
                   and not LEFT_OUT.match(path) and os.path.lexists(path)})


def copy_files(files, root):
    for name in MERGED:
        os.makedirs(f"{root}/usr/{name}")
        os.symlink(f"usr/{name}", f"{root}/{name}")
    pack = subprocess.Popen(["tar", "--create", "--directory=/", "--no-recursion", "--files-from=-", "--file=-"],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=False)
    unpack = subprocess.Popen(["tar", "--extract", "--keep-directory-symlink", f"--directory={root}", "--file=-"],
                              stdin=pack.stdout)
    pack.stdin.write("".join(f".{path}\n" for path in files).encode())
    pack.stdin.close()
    assert pack.wait() == 0 and unpack.wait() == 0, "tar failed"


def tell_dpkg(packages, root):
    """dpkg's own records of these packages, as this machine has them."""
    here, there = "/var/lib/dpkg", f"{root}/var/lib/dpkg"
    for folder in ("info", "updates", "triggers"):
        os.makedirs(f"{there}/{folder}", exist_ok=True)
    with open(f"{there}/status", "w") as status:
        status.write("\n\n".join(packages.values()) + "\n")
    for name in os.listdir(f"{here}/info"):
        if name == "format" or re.sub(r"(:\w+)?\.\w+$", "", name) in packages:
            shutil.copy2(f"{here}/info/{name}", f"{there}/info/{name}")


def make(root, names, depends=()):
    """Makes `root`, which must not exist. Raises Missing."""
    packages = closure(names, depends)
    os.makedirs(root)
    copy_files(files_of(packages), root)
    tell_dpkg(packages, root)
    # What the maintainer scripts of base-passwd, mawk and base-files would do.
    for name in ("passwd", "group"):
        shutil.copy(f"/usr/share/base-passwd/{name}.master", f"{root}/etc/{name}")
    awk = next(name for name in ("mawk", "gawk", "original-awk") if os.path.exists(f"{root}/usr/bin/{name}"))
    os.symlink(awk, f"{root}/usr/bin/awk")
    os.makedirs(f"{root}/root", exist_ok=True)
    os.makedirs(f"{root}/tmp", exist_ok=True)
    os.chmod(f"{root}/tmp", 0o1777)
    open(f"{root}/etc/machine-id", "w").close()
    with open(f"{root}/etc/hosts", "w") as hosts:
        hosts.write("127.0.0.1 localhost\n")
    subprocess.run(["chroot", root, "sh", "-c", "pwconv && grpconv && ldconfig"], check=True)
    return packages
