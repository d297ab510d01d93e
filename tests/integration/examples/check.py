#!/usr/bin/env python3
"""Runs the clients of examples/clients against a daemon that follows a simulated exchange.

usage: check.py TICKBOARD ESBUILD WORK_DIR
"""
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
CLIENTS = os.path.join(ROOT, "examples", "clients")
PROGRAMS = ("markets", "every_market", "watch", "stream")
PATIENCE = 60  # seconds until something that must come is given up
MARKETS = 90


def until(what, look):
    deadline = time.monotonic() + PATIENCE
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise RuntimeError(f"waited in vain until {what}")
        time.sleep(0.05)


class World:
    """redis-server, an exchange and the daemon. The key `slow` may ask once a second."""

    def __init__(self, program):
        self.directory = tempfile.mkdtemp(prefix="tickboard-examples-")
        self.children = []
        self.start_redis()
        self.exchange = self.start([program, "simulate", "--exchange", "kraken", "--listen", "127.0.0.1:0", "--markets", str(MARKETS),
                                    "--rate", "2000", "--count", str(6 * MARKETS)], r"listening on (\S+)")
        keys = "".join(f'[[key]]\nname = "{name}"\nsha256 = "{hashlib.sha256(name.encode()).hexdigest()}"\nrate = 1\nburst = {burst}\n'
                       for name, burst in (("slow", 1), ("counted", 1000)))
        config = os.path.join(self.directory, "tickboard.toml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(f'[log]\nlevel = "error"\n[http]\nlisten = "127.0.0.1:0"\n[connects]\nfile = ""\n{keys}'
                       f'[redis]\nurl = "unix://{self.directory}/redis"\nbackoff_max = "200ms"\n'
                       f'[[feed]]\nexchange = "kraken"\nws_url = "ws://{self.exchange}/v2"\n'
                       f'rest_url = "http://{self.exchange}"\nsymbols = ["*/*"]\n')
        port = self.start([program, "serve", "--config", config], r"listening on port (\d+)")
        self.url = f"http://127.0.0.1:{port}"
        until("every market is there", lambda: self.rows("sort=id") and len(self.rows("sort=id")) == MARKETS)

    def start(self, command, pattern):
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self.children.append(child)
        for line in child.stdout:
            found = re.search(pattern, line)
            if found:
                return found.group(1)
        raise RuntimeError(f"{command} ended")

    def start_redis(self):
        self.redis = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", "redis", "--save", "", "--dir", self.directory,
                                       "--logfile", "redis.log"])

    def stop_redis(self):
        self.redis.kill()
        self.redis.wait()

    def get(self, target, key=None):
        """(status, headers, body)"""
        request = urllib.request.Request(self.url + target, headers={"X-API-Key": key} if key else {})
        try:
            with urllib.request.urlopen(request, timeout=10) as reply:
                return reply.status, reply.headers, reply.read()
        except urllib.error.HTTPError as problem:
            return problem.code, problem.headers, problem.read()

    def rows(self, query):
        status, _, body = self.get(f"/v1/markets?per_page=250&{query}")
        return json.loads(body)["data"] if status == 200 else None

    def move(self):
        self.tell_exchange({"rate": 500, "count": 0})

    def hold(self):
        with urllib.request.urlopen(f"http://{self.exchange}/sim/status", timeout=10) as reply:
            # A little ahead: it goes on meanwhile.
            self.tell_exchange({"count": json.load(reply)["sent"] + 500})

    def tell_exchange(self, what):
        request = urllib.request.Request(f"http://{self.exchange}/sim/rate", data=json.dumps(what).encode(), method="POST")
        urllib.request.urlopen(request, timeout=10).close()

    def close(self):
        for child in reversed(self.children):
            child.kill()
            child.wait()
            child.stdout.close()
        self.stop_redis()
        shutil.rmtree(self.directory, ignore_errors=True)


class Checks:
    def __init__(self, world, language, command):
        self.world, self.language, self.command = world, language, command

    def start(self, name, *arguments, key=None):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TICKBOARD_")}
        environment["TICKBOARD_URL"] = self.world.url
        if key:
            environment["TICKBOARD_API_KEY"] = key
        return subprocess.Popen(self.command(name) + [str(one) for one in arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, env=environment)

    def run(self, name, *arguments, key=None, status=0):
        """(lines, errors)"""
        child = self.start(name, *arguments, key=key)
        return self.finish(child, name, status)

    def finish(self, child, name, status=0):
        out, errors = child.communicate(timeout=PATIENCE)
        self.expect(child.returncode == status, f"{name} ends with {child.returncode}: {errors}{out[:500]}")
        return out.splitlines(), errors

    def expect(self, right, what):
        if not right:
            raise AssertionError(f"{self.language}: {what}")

    def ids(self, lines):
        return [found.group(0) for line in lines for found in [re.search(r"kraken:[A-Z0-9]+-[A-Z]+", line)] if found]

    def page(self):
        lines, _ = self.run("markets", "USD", 5)
        wanted = [row["id"] for row in self.world.rows("quote=USD&sort=-volume_usd_24h")[:5]]
        self.expect(self.ids(lines) == wanted, f"markets prints {lines}, not {wanted}")
        _, errors = self.run("markets", "USD", 1000, status=1)
        self.expect("Bad parameter: per_page is" in errors, f"a refusal is told as {errors!r}")

    def every_page(self):
        """With a key that may ask once a second: the second page comes after a 429."""
        lines, _ = self.run("every_market", 60, key="slow")
        wanted = {row["id"]: row["last"] for row in self.world.rows("sort=id")}
        found = dict(re.split("[ ,]", line) for line in lines)
        self.expect(len(lines) == MARKETS and found == wanted, f"every_market prints {len(lines)} lines: {lines[:5]}...")
        _, errors = self.run("every_market", key="unknown", status=1)
        self.expect("Key unknown: " in errors, f"an unknown key is told as {errors!r}")

    def unchanged(self):
        """While nothing moves, and then while it does."""
        child = self.start("watch", "kraken:BTC-USD", 60)
        try:
            lines = []

            def wait_for(pattern):
                for line in child.stdout:
                    lines.append(line.strip())
                    if re.fullmatch(pattern, line.strip()):
                        return
                self.expect(False, f"watch ends after {lines}: {child.stderr.read()}")

            wait_for(r"last [\d.]+")
            wait_for("unchanged")
            self.world.move()
            wait_for(r"last [\d.]+")
        finally:
            child.kill()
            child.communicate()
            self.world.hold()

    def stream(self):
        child = self.start("stream", "sort=id&per_page=20&interval=100", 3)
        lines, errors = child.communicate(timeout=PATIENCE)
        if child.returncode == 77:
            return f"SKIPPED: {self.language}: this daemon has no /v1/stream: {errors.strip()}"
        self.expect(child.returncode == 0, f"stream ends with {child.returncode}: {errors}")
        names = [line.split(":")[0] for line in lines.splitlines()]
        self.expect(names[0] == "page" and "change" in names and len(names) == 3, f"stream prints {lines}")
        return None


def outage(world, languages):
    """Redis is away: all of them ask again, until it is back."""
    wanted = [row["id"] for row in world.rows("quote=USD&sort=-volume_usd_24h")[:5]]
    world.stop_redis()
    until("pages are refused", lambda: world.get("/v1/markets")[0] == 503)
    before = int(world.get("/v1/markets", "counted")[1]["RateLimit-Remaining"])
    children = [one.start("markets", "USD", 5, key="counted") for one in languages]
    own = 0

    def all_were_refused():  # the key's requests are counted; one comes back each second
        nonlocal own
        own += 1
        return before - int(world.get("/v1/markets", "counted")[1]["RateLimit-Remaining"]) - own > 2 * len(children)

    until("each has been refused", all_were_refused)
    for one, child in zip(languages, children):
        one.expect(child.poll() is None, "markets ends while it is refused")
    world.start_redis()
    for one, child in zip(languages, children):
        lines, _ = one.finish(child, "markets")
        one.expect(one.ids(lines) == wanted, f"after an outage markets prints {lines}, not {wanted}")


def bundle(esbuild, work):
    os.makedirs(work, exist_ok=True)
    sources = [os.path.join(CLIENTS, "typescript", f"{name}.ts") for name in PROGRAMS]
    subprocess.run([esbuild, *sources, "--bundle", "--platform=node", "--format=esm", "--log-level=warning", "--out-extension:.js=.mjs",
                    f"--outdir={work}"], check=True)


def main(program, esbuild, work):
    bundle(esbuild, work)
    world = World(program)
    try:
        languages = [
            Checks(world, "shell", lambda name: [os.path.join(CLIENTS, "shell", f"{name}.sh")]),
            Checks(world, "Python", lambda name: [sys.executable, "-B", os.path.join(CLIENTS, "python", f"{name}.py")]),
            Checks(world, "TypeScript", lambda name: ["node", os.path.join(work, f"{name}.mjs")]),
        ]
        for one in languages:
            one.page()
            one.every_page()
        lines, _ = languages[1].run("movers", "USD", 0)
        languages[1].expect(len(languages[1].ids(lines)) == 10, f"movers prints {lines}")
        outage(world, languages)
        for one in languages:
            one.unchanged()
        world.move()
        for one in languages:
            skipped = one.stream()
            if skipped:
                print(skipped)
    finally:
        world.close()


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
