"""usage: containers.py PROGRAM SOURCES
What can be said of examples/docker without a Docker daemon: docker-compose takes the file; every path that is mounted
or copied exists; hosts and ports that the configs name are those of the services; packages are known to apt."""
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import tomllib
from urllib.parse import urlsplit

try:
    import yaml
except ImportError:
    print("SKIPPED: examples/docker was NOT looked at: python3-yaml is not installed", file=sys.stderr)
    sys.exit(77)

program, sources = sys.argv[1:]
folder = f"{sources}/examples/docker"
problems = []


def expect(truth, problem):
    if not truth:
        problems.append(problem)


def text(name):
    with open(f"{folder}/{name}") as file:
        return file.read()


def instructions(dockerfile):
    """[(instruction, arguments)], lines that go on joined, without comments."""
    joined = re.sub(r"\\\n", " ", re.sub(r"^\s*#.*\n", "", dockerfile, flags=re.MULTILINE))
    return [tuple(line.split(None, 1)) for line in joined.splitlines() if line.strip()]


# -- docker-compose.yml ---------------------------------------------------------
compose = yaml.safe_load(text("docker-compose.yml"))
services = compose["services"]
if shutil.which("docker-compose"):
    # Debian's is of before `name`; it knows all the rest.
    told = subprocess.run(["docker-compose", "--file", "-", "--project-directory", folder, "config", "--quiet"],
                          input=re.sub(r"^name:.*\n", "", text("docker-compose.yml"), flags=re.MULTILINE),
                          text=True, capture_output=True)
    expect(told.returncode == 0, f"docker-compose config: {told.stderr}")
else:
    print("docker-compose is not installed: only the rules of this test were tried", file=sys.stderr)

for name, service in services.items():
    expect(re.search(r":.", service["image"]) or "build" in service, f"{name}: {service['image']} is of no version")
    if "build" in service:
        context = os.path.join(folder, service["build"]["context"])
        expect(os.path.samefile(context, sources), f"{name} is built in {context}")
        expect(os.path.exists(os.path.join(context, service["build"]["dockerfile"])), f"{name}: no such Dockerfile")
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        expect(os.path.exists(os.path.join(folder, source)) if source.startswith(".") else source in compose["volumes"],
               f"{name}: {source}, which is mounted, is not there")
    for port in service.get("ports", []):
        expect(port.startswith("127.0.0.1:"), f"{name}: {port} is published to other machines")
    for other in service.get("depends_on", []):
        expect(other in services, f"{name} depends on {other}, which is no service")
    for secret in service.get("secrets", []):
        expect(os.path.exists(os.path.join(folder, compose["secrets"][secret]["file"])), f"{name}: no secret {secret}")


def container_ports(name):
    return {int(port.split(":")[-1]) for port in services[name].get("ports", [])}


# -- the configs that are mounted -------------------------------------------------
config_text = text("tickboard.toml")
config = tomllib.loads(config_text)
with tempfile.NamedTemporaryFile("w", suffix=".toml") as file, tempfile.NamedTemporaryFile("w") as password:
    secret = config["metadata"]["password_file"]
    expect(secret == f"/run/secrets/{services['tickboard']['secrets'][0]}", f"no secret is at {secret}")
    password.write("a password")
    password.flush()
    file.write(config_text.replace(secret, password.name))
    file.flush()
    told = subprocess.run([program, "check", file.name], capture_output=True, text=True)
    expect(told.returncode == 0, f"tickboard check: {told.stderr}")
http_port = int(config["http"]["listen"].rsplit(":", 1)[1])
admin_port = int(config["admin"]["listen"].rsplit(":", 1)[1])
expect(container_ports("tickboard") == {http_port}, f"tickboard publishes other ports than {http_port}")
for key, url in (("redis.url", config["redis"]["url"]), ("metadata.dsn", config["metadata"]["dsn"])):
    expect(urlsplit(url).hostname in services, f"{key}: {url} names no service")
postgres = services["postgres"]["environment"]
dsn = urlsplit(config["metadata"]["dsn"])
expect((dsn.username, dsn.path) == (postgres["POSTGRES_USER"], f"/{postgres['POSTGRES_DB']}"), f"{dsn} is not postgres'")

prometheus = yaml.safe_load(text("prometheus.yml"))
targets = [target for job in prometheus["scrape_configs"] for one in job["static_configs"] for target in one["targets"]]
expect(targets == [f"tickboard:{admin_port}"], f"Prometheus asks {targets} instead of admin.listen")
inside = {volume.split(":")[1] for volume in services["prometheus"]["volumes"]}
for rules in prometheus["rule_files"]:
    expect(f"/etc/prometheus/{rules}" in inside, f"Prometheus' {rules} is not mounted")
for source in yaml.safe_load(text("datasource.yml"))["datasources"]:
    url = urlsplit(source["url"])
    expect(url.hostname in services and url.port in container_ports(url.hostname), f"Grafana's {url} is no service")

# -- Dockerfile ----------------------------------------------------------------------
stages, installed = set(), []
for instruction, arguments in instructions(text("Dockerfile")):
    words = shlex.split(arguments.replace("[", " ").replace("]", " ").replace(",", " "))
    if instruction == "FROM":
        expect(re.fullmatch(r"debian:bookworm(-slim)?", words[0]), f"FROM {words[0]}")
        stages |= set(words[2:3])
    elif instruction == "COPY":
        stage = next((word.split("=")[1] for word in words if word.startswith("--from=")), None)
        expect(stage is None or stage in stages, f"COPY of a stage {stage} that is not there")
        for source in words[:-1] if stage is None else []:
            expect(os.path.exists(f"{sources}/{source}"), f"COPY {source}: not there")
    elif instruction == "EXPOSE":
        expect(words == [str(http_port)], f"EXPOSE {arguments}, but http.listen has port {http_port}")
    elif instruction == "HEALTHCHECK":
        expect(urlsplit(words[-1]).port == http_port, f"HEALTHCHECK asks {words[-1]}")
    elif instruction == "RUN":
        for found in re.findall(r"apt-get install ([^&;]+)", arguments):
            installed += [word for word in found.split() if not word.startswith(("-", "/"))]
        for group in re.findall(r"install_packages (\w+)", arguments):
            listed = re.search(rf"^\[{group}\]$(.*?)(^\[|\Z)", open(f"{sources}/cmake/packages.txt").read(),
                               re.MULTILINE | re.DOTALL)
            expect(listed, f"cmake/packages.txt has no group {group}")
            installed += re.findall(r"^([a-z0-9][-+.a-z0-9]+)", listed.group(1), re.MULTILINE)
    elif instruction == "USER":
        expect(words != ["root"], "it runs as root")
names = [instruction for instruction, _ in instructions(text("Dockerfile"))]
expect("USER" in names and "HEALTHCHECK" in names, "USER or HEALTHCHECK is missing")
expect("curl" in installed and "cmake" in installed, f"only {installed} are installed")
known = set(subprocess.run(["apt-cache", "pkgnames"], check=True, capture_output=True, text=True).stdout.split())
for name in installed:
    expect(name in known, f"apt knows no package {name}")

print("\n".join(problems) or f"{len(services)} services, {len(installed)} packages")
sys.exit(1 if problems else 0)
