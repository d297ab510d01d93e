"""What `run read` measures: tickboard's daemon, and each peer (peers/README.md) with the same rows."""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time

import parts as bench

HERE = pathlib.Path(__file__).resolve().parent / "peers"
PYTHON = "/usr/bin/python3"  # Debian's, which has Debian's packages
MODULES = pathlib.Path("/usr/lib/nginx/modules")
SEARCH = pathlib.Path("/usr/lib/redis/modules/redisearch.so")
SORTS = ("quote_volume_24h", "change_24h_pct", "last")
PER_PAGE = 50
MOST_PAGES = 20  # of a quote, in the spread of distinct pages


def path_of(quote, sort, page, per_page=PER_PAGE):
    return f"/v1/markets?quote={quote}&sort=-{sort}&page={page}&per_page={per_page}"


# -- tickboard ------------------------------------------------------------------------------------


class Board:
    """A simulated exchange, a Redis and a daemon that follows `shares`: {quote: markets}."""

    def __init__(self, parts, tickboard, name, shares, listed, settings):
        self.shares = shares
        self.redis = parts.redis(f"{name}-redis")
        self.simulator = parts.simulator(tickboard, "binance", listed, 0, listed,
                                         bench.free_port(socket.SOCK_DGRAM), 1_000_000, f"{name}-exchange")
        self.listed = listed
        left, symbols = dict(shares), []
        for row in self.simulator.api.json("/sim/state"):
            if left.get(row["quote"], 0) > 0:
                left[row["quote"]] -= 1
                symbols.append(row["symbol"])
        if any(left.values()):
            raise bench.Failure(f"of {listed} simulated markets, these quotes miss some: {left}")
        # Between samples the exchange stands still, which is no stall here.
        settings = {**settings, "redis": [f"partitions = {json.dumps(list(shares))}"],
                    "feed": ['stall_timeout = "1h"']}
        self.daemon = parts.daemon(tickboard, self.redis, [self.simulator], None, name, symbols, settings)
        self.port, self.api = self.daemon.port, self.daemon.api
        parts.wait_until(name, self.daemon, lambda: self.status()["subscriptions"] >= len(symbols))
        self.simulator.api.json("/sim/go", {})
        parts.wait_until(name, self.daemon, lambda: self.api.ask("/readyz")[0] == 200)
        parts.wait_until(name, self.daemon, lambda: self.total() == len(symbols))
        self.markets = len(symbols)

    def status(self):
        return self.simulator.api.json("/sim/status")

    def total(self):
        return self.api.json("/v1/markets?per_page=1")["page"]["total"]

    def server(self):
        """Processor time so far."""
        return bench.cpu_seconds([self.daemon.pid])

    def store(self):
        return bench.cpu_seconds([self.redis.pid])

    def start_writes(self, rate):
        """The exchange updates all its markets in turn; the daemon follows a part of them."""
        self.sent = self.status()["sent"]
        self.simulator.api.json("/sim/rate", {"rate": rate * self.listed / self.markets, "count": 0})
        self.began = time.monotonic()

    def stop_writes(self):
        """How many updates/s the daemon was sent."""
        now = self.status()["sent"]
        seconds = time.monotonic() - self.began
        self.simulator.api.json("/sim/rate", {"count": now + 1000})  # it went on meanwhile
        return (now - self.sent) * self.markets / self.listed / seconds

    def rows(self):
        """[{id, quote, scores, row}], `row` being the text of the answer."""
        found, reader = [], json.JSONDecoder()
        for quote in self.shares:
            page = pages = 1
            while page <= pages:
                text = self.api.ask(path_of(quote, "last", page, 250))[1].decode()
                pages = json.loads(text)["page"]["pages"]
                at = text.index("[") + 1
                while text[at] != "]":
                    row, end = reader.raw_decode(text, at)
                    found.append({"id": row["id"], "quote": quote, "scores": [float(row[f]) for f in SORTS],
                                  "row": text[at:end]})
                    at = end + (text[end] == ",")
                page += 1
        return found


# -- peers ----------------------------------------------------------------------------------------


class Arena:
    """What several peers share; each is started when it is first asked for."""

    def __init__(self, parts, rows, pages):
        self.parts, self.rows, self.pages = parts, rows, pages
        self.file = parts.directory / "rows.jsonl"
        self.file.write_text("".join(json.dumps(row) + "\n" for row in rows))
        self.started = {}

    def shared(self, name):
        if name not in self.started:
            self.started[name] = getattr(self, "start_" + name)()
        return self.started[name]

    def start_redis(self):
        store = self.parts.redis("peers-redis")
        for row in self.rows:
            command = [["SET", "m:" + row["id"], row["row"]], ["SADD", "ids:" + row["quote"], row["id"]]]
            command += [["ZADD", f"z:{row['quote']}:{f}", repr(s), row["id"]] for f, s in zip(SORTS, row["scores"])]
            ask_redis(store.path, command)
        return store

    def start_search(self):
        store = self.parts.redis("peers-redisearch", "--loadmodule", SEARCH)
        fields = [word for f in SORTS for word in (f, "NUMERIC", "SORTABLE")]
        ask_redis(store.path, [["FT.CREATE", "markets", "SCHEMA", "quote", "TAG", *fields, "row", "TEXT", "NOINDEX"]])
        for row in self.rows:
            scores = [word for f, s in zip(SORTS, row["scores"]) for word in (f, repr(s))]
            ask_redis(store.path, [["FT.ADD", "markets", row["id"], "1", "FIELDS", "quote", row["quote"], *scores,
                                    "row", row["row"]]])
        return store

    def start_postgresql(self):
        programs = postgresql_programs()
        directory = self.parts.directory / "postgresql"
        directory.mkdir()
        as_user = {}
        if os.geteuid() == 0:  # which PostgreSQL refuses
            self.parts.directory.chmod(0o711)
            shutil.chown(directory, "postgres", "postgres")
            as_user = {"user": "postgres", "group": "postgres", "extra_groups": []}
        data = directory / "data"
        subprocess.run([programs / "initdb", "-D", data, "-U", "peer", "-A", "trust", "-E", "UTF8", "--locale",
                        "C.UTF-8", "--no-sync"], check=True, stdout=subprocess.DEVNULL, cwd=directory, **as_user)
        options = ["listen_addresses=", "shared_buffers=256MB", "synchronous_commit=off", "jit=off",
                   "max_parallel_workers_per_gather=0", "autovacuum_naptime=5s", "max_wal_size=4GB"]
        server = self.parts.start("postgresql", [
            programs / "postgres", "-D", data, "-k", directory, *[x for o in options for x in ("-c", o)]],
            cwd=directory, **as_user)
        server.directory = directory
        load = ["node", HERE / "postgresql.mjs", "load", directory, self.file]
        self.parts.wait_until("postgresql", server, lambda: (directory / ".s.PGSQL.5432").exists() and not
                              subprocess.run([programs / "pg_isready", "-q", "-h", directory]).returncode)
        subprocess.run(load, check=True)
        return server

    def start_nginx(self):
        directory = self.parts.directory / "nginx"
        directory.mkdir()
        for (quote, sort, page), text in self.pages.items():
            file = directory / "pages" / quote / f"-{sort}" / f"{page}.json"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text)
        ports = {name: bench.free_port() for name in ("FRESH", "CACHED", "STATIC")}
        filled = {**ports, "DIRECTORY": directory, "HERE": HERE, "REDIS": self.shared("redis").path,
                  "USER": "user root;" if os.geteuid() == 0 else ""}
        text = (HERE / "nginx.conf").read_text()
        for name, value in filled.items():
            text = text.replace("{{%s}}" % name, str(value))
        (directory / "nginx.conf").write_text(text)
        server = self.parts.start("nginx", ["nginx", "-p", directory, "-c", directory / "nginx.conf"])
        server.ports = ports
        return server


def ask_redis(path, commands):
    """The answers' bytes, of commands whose answers are one line each."""
    text = b"".join(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in words)
                    for words in ([str(w).encode() for w in words] for words in commands))
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(str(path))
        link.sendall(text)
        replies = link.makefile("rb")
        for _ in commands:
            line = replies.readline()
            if line[:1] not in (b"+", b":"):
                raise bench.Failure(f"redis answered {line!r}")


class Peer:
    """A started peer: its port and processes, and who writes meanwhile."""

    def __init__(self, arena, port, process, store=None, writer=None):
        self.arena, self.port, self.process = arena, port, process
        self.store_process, self.writer_command = store, writer
        self.api = bench.Api(port)

    def server(self):
        return bench.family_seconds(self.process.pid)

    def store(self):
        return bench.family_seconds(self.store_process.pid) if self.store_process else 0

    def start_writes(self, rate):
        if not self.writer_command:
            return
        parts = self.arena.parts
        self.writer = parts.start("writer", [*self.writer_command, self.arena.file, rate],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.writer.stdout.readline() != "ready\n":
            raise bench.Failure("writer: " + parts.log("writer").read_text())
        self.writer.stdin.write("go\n")
        self.writer.stdin.flush()

    def stop_writes(self):
        if not self.writer_command:
            return None
        said = self.writer.communicate(timeout=30)[0]
        if self.writer.returncode:
            raise bench.Failure("writer: " + self.arena.parts.log("writer").read_text())
        self.arena.parts.running.remove(self.writer)
        done = json.loads(said)
        return done["updates"] / done["seconds"]


def nginx(name, fresh=True):
    def start(arena):
        server, store = arena.shared("nginx"), arena.shared("redis")
        return Peer(arena, server.ports[name], server, store if fresh else None,
                    [sys.executable, HERE / "writer.py", "redis", store.path] if fresh else None)
    return start


def fastapi(way):
    def start(arena):
        store, port = arena.shared("redis"), bench.free_port()
        process = arena.parts.start(f"fastapi-{way}", [
            PYTHON, "-m", "uvicorn", "--app-dir", HERE, "fastapi_app:app", "--host", "127.0.0.1", "--port", port,
            "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"],
            env={**os.environ, "WAY": way, "REDIS_SOCKET": str(store.path), "PYTHONDONTWRITEBYTECODE": "1"})
        return Peer(arena, port, process, store, [sys.executable, HERE / "writer.py", "redis", store.path])
    return start


def fastify(name, shared, writer):
    def start(arena):
        store, port = arena.shared(shared), bench.free_port()
        address = store.directory if shared == "postgresql" else store.path
        process = arena.parts.start(name, ["node", HERE / f"{name}.mjs", port, address],
                                    env={**os.environ, "NODE_ENV": "production"})
        return Peer(arena, port, process, store, [*writer, address])
    return start


def postgresql_programs():
    versions = pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(versions, key=lambda one: float(one.parent.parent.name), default=None)
    return newest.parent if newest else None


def missing(*needed):
    """What is not installed of: a program, a path, or py:MODULES."""
    for one in needed:
        if isinstance(one, pathlib.Path):
            there = one.exists()
        elif one.startswith("py:"):
            there = os.path.exists(PYTHON) and not subprocess.run(
                [PYTHON, "-c", "import " + one[3:]], stderr=subprocess.DEVNULL).returncode
        else:
            there = shutil.which(one, path=os.environ["PATH"] + ":/usr/sbin") is not None
        if not there:
            return str(one).removeprefix("py:")
    return None


def needs_postgresql():
    return missing("node", HERE / "node_modules/pg") or (None if postgresql_programs() else "PostgreSQL's initdb")


NGINX = ("nginx", MODULES / "ngx_http_lua_module.so", pathlib.Path("/usr/share/lua/5.1/nginx/redis.lua"))
FASTAPI = ("py:fastapi, uvicorn, uvloop, httptools, redis, hiredis",)
REDIS_WRITER = [sys.executable, HERE / "writer.py", "redis"]

# name: (what is missing or None, how it is started), the slowest first
PEERS = {
    "fastapi_python": (lambda: missing(*FASTAPI), fastapi("python")),
    "fastapi_evalsha": (lambda: missing(*FASTAPI), fastapi("evalsha")),
    "fastify_redisearch": (lambda: missing("node", HERE / "node_modules/ioredis", SEARCH), fastify(
        "fastify_redisearch", "search", [sys.executable, HERE / "writer.py", "search"])),
    "fastify_postgresql": (needs_postgresql, fastify(
        "fastify_postgresql", "postgresql", ["node", HERE / "postgresql.mjs", "write"])),
    "fastify_evalsha": (lambda: missing("node", HERE / "node_modules/ioredis"), fastify(
        "fastify_evalsha", "redis", REDIS_WRITER)),
    "nginx_lua_sort": (lambda: missing(*NGINX), nginx("FRESH")),
    "nginx_microcache": (lambda: missing(*NGINX), nginx("CACHED")),
    "nginx_static": (lambda: missing(*NGINX), nginx("STATIC", fresh=False)),
}
NOTES = {"nginx_microcache": "up to a second old, and more", "nginx_static": "the machine's limit of HTTP",
         "tickboard_100ms": "view.max_age = 100 ms"}
