"""The real parts of a benchmark: starts them on free ports in a private directory, tells what they
cost, and ends them. Linux only (/proc). Ends nothing that it did not start."""

import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

START_TIMEOUT = 30  # seconds for a part to listen, or for the daemon to be ready

# WebSocket path of each simulated exchange, and its channel that carries a whole ticker.
EXCHANGES = {
    "binance": {"path": "/stream", "channel": "ticker"},
    "coinbaseexchange": {"path": "", "channel": "ticker"},
    "kraken": {"path": "/v2", "channel": "ticker"},
}


class Failure(Exception):
    """Something that ends the benchmark; the text tells the user why."""


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Api:
    """One keep-alive connection to an HTTP server on loopback."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def ask(self, target, body=None):
        method = "GET" if body is None else "POST"
        sent = None if body is None else json.dumps(body)
        try:
            return self.exchange(method, target, sent)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            return self.exchange(method, target, sent)  # an idle connection was closed

    def exchange(self, method, target, sent):
        try:
            self.connection.request(method, target, sent)
            reply = self.connection.getresponse()
            return reply.status, reply.read()
        except (http.client.HTTPException, OSError):
            self.connection.close()  # else it refuses every further request
            raise

    def json(self, target, body=None):
        status, text = self.ask(target, body)
        if status != 200:
            raise Failure(f"{target} answered {status}: {text[:300].decode(errors='replace')}")
        return json.loads(text)


# -- cost -----------------------------------------------------------------------------------------

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pids):
    """User and system time of these processes with all their threads."""
    total = 0
    for pid in pids:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
        fields = stat[stat.rindex(")") + 2 :].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def family(pid):
    """The process and all its living descendants."""
    found = [pid]
    for one in found:
        try:
            found += map(int, pathlib.Path(f"/proc/{one}/task/{one}/children").read_text().split())
        except FileNotFoundError:
            pass  # it has ended
    return found


def family_seconds(pid):
    """User and system time of the process and all its descendants, also of those that ended."""
    total = 0
    for one in family(pid):
        try:
            stat = pathlib.Path(f"/proc/{one}/stat").read_text()
        except FileNotFoundError:
            continue
        total += sum(map(int, stat[stat.rindex(")") + 2 :].split()[11:15]))
    return total / TICKS


def own_seconds():
    """Processor time of all that this benchmark runs and ran."""
    return family_seconds(os.getpid())


def run_seconds(pid):
    """User and system time to the nanosecond, of the threads that it has now."""
    tasks = pathlib.Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def busy_seconds():
    """What all processes of the machine have used, and the host of a virtual one has taken from it."""
    fields = [int(x) for x in pathlib.Path("/proc/stat").read_text().split("\n")[0].split()[1:]]
    return sum(fields[i] for i in (0, 1, 2, 5, 6, 7)) / TICKS


def others_from_now():
    """Asked later, says how many cores all but this benchmark used meanwhile."""
    busy, ours, at = busy_seconds(), own_seconds(), time.monotonic()
    return lambda: max(0.0, (busy_seconds() - busy - (own_seconds() - ours)) / (time.monotonic() - at))


def memory_bytes(pid, what="VmRSS"):
    """VmRSS is what it has now, VmHWM the most it ever had."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(what + ":"):
            return int(line.split()[1]) * 1024
    raise Failure(f"process {pid} has no {what}")


def peak_rss_mb(pid):
    return memory_bytes(pid, "VmHWM") / 1024 / 1024


def wait_for_quiet(longest, limit=0.15):
    """Waits until the machine is idle but for `limit` cores; false if that took too long."""
    end = time.monotonic() + longest
    while time.monotonic() < end:
        busy, at = busy_seconds(), time.monotonic()
        time.sleep(0.5)
        if (busy_seconds() - busy) / (time.monotonic() - at) < limit:
            return True
    return longest == 0


def machine():
    info = pathlib.Path("/proc/cpuinfo").read_text()
    model = next((l.split(":")[1].strip() for l in info.splitlines() if l.startswith("model name")), "?")
    redis = subprocess.run(["redis-server", "--version"], capture_output=True, text=True).stdout
    version = redis.partition("v=")[2].split(" ")[0]
    load = os.getloadavg()[0]
    return (f"{os.cpu_count()} cores ({model}), Linux {os.uname().release}, Redis {version}, "
            f"load {load:.1f} at the start, {time.strftime('%Y-%m-%d')}")


# -- processes ------------------------------------------------------------------------------------


class Parts:
    """A context: what was started in it has ended, and its directory is gone, when it is left."""

    def __enter__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="tickboard-bench-"))
        self.running = []
        return self

    def __exit__(self, *_):
        for process in reversed(self.running):
            process.terminate()
        for process in reversed(self.running):
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def log(self, name):
        return self.directory / f"{name}.log"

    def start(self, name, command, **options):
        with open(self.log(name), "ab") as log:
            options.setdefault("stdout", log)
            process = subprocess.Popen([str(x) for x in command], stderr=log, **options)
        self.running.append(process)
        return process

    def wait_until(self, name, process, ready, longest=START_TIMEOUT):
        """`ready` is asked until it is true; OSError counts as not yet."""
        end = time.monotonic() + longest
        while time.monotonic() < end:
            if process.poll() is not None:
                break
            try:
                if ready():
                    return
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.02)
        what = "ended" if process.poll() is not None else f"was not ready within {longest} s"
        raise Failure(f"{name} {what}:\n{self.log(name).read_text(errors='replace')[-2000:]}")

    def redis(self, name="redis", *more):
        """redis-server on a Unix socket alone; `more` are arguments of its own."""
        path = self.directory / f"{name}.sock"
        process = self.start(name, [
            "redis-server", "--port", 0, "--unixsocket", path, "--dir", self.directory, "--save", "",
            "--appendonly", "no", "--daemonize", "no", "--loglevel", "warning", *more])
        process.path = path

        def answers():
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(str(path))
                probe.sendall(b"PING\r\n")
                return probe.recv(64).startswith(b"+PONG")

        self.wait_until(name, process, answers)
        return process

    def simulator(self, tickboard, exchange, markets, rate, count, markers, marker_every, name=None):
        """A simulated exchange that waits for POST /sim/go."""
        name = name or f"simulate-{exchange}"
        process = self.start(name, [
            tickboard, "simulate", "--exchange", exchange, "--listen", "127.0.0.1:0", "--markets",
            markets, "--rate", rate, "--count", count, "--hold", "--markers",
            f"127.0.0.1:{markers}", "--marker-every", marker_every], stdout=subprocess.PIPE, text=True)
        line = process.stdout.readline()
        if not line.startswith("listening on "):
            raise Failure(f"simulate: {self.log(name).read_text()}")
        process.exchange, process.port = exchange, int(line.rsplit(":", 1)[1])
        process.api = Api(process.port)
        return process

    def daemon(self, tickboard, redis, simulators, threads, name="daemon", symbols=("*/*",), settings=None):
        """`settings` are further lines of the configuration's tables; "feed" is each feed. A simulator that
        has a `feed` is called so."""
        port = free_port()
        config = self.directory / f"{name}.toml"
        more = {key: list(lines) for key, lines in (settings or {}).items()}
        feeds = more.pop("feed", [])
        tables = {"http": [f'listen = "127.0.0.1:{port}"'], "redis": [f'url = "unix://{redis.path}"']}
        if threads:
            tables |= {"io": [f"threads = {threads[0]}"], "actors": [f"threads = {threads[1]}"]}
        for key, lines in more.items():
            tables.setdefault(key, []).extend(lines)
        text = ["\n".join([f"[{key}]", *lines]) for key, lines in tables.items()]
        for one in simulators:
            exchange = EXCHANGES[one.exchange]
            text.append("\n".join([
                "[[feed]]", f'exchange = "{one.exchange}"', f'name = "{getattr(one, "feed", "")}"',
                f'ws_url = "ws://127.0.0.1:{one.port}{exchange["path"]}"',
                f'rest_url = "http://127.0.0.1:{one.port}"', f"symbols = {json.dumps(symbols)}",
                f'channels = ["{exchange["channel"]}"]', *feeds]))
        config.write_text("\n\n".join(text) + "\n")
        # What it keeps in its working directory ends with the parts.
        directory = self.directory / f"{name}-files"
        directory.mkdir()
        process = self.start(name, [tickboard.resolve(), "serve", "--config", config], cwd=directory)
        process.port, process.api = port, Api(port)
        self.wait_until(name, process, lambda: process.api.ask("/healthz")[0] == 200)
        return process


def end_on_signals():
    """SIGTERM and SIGHUP leave contexts as Ctrl-C does."""

    def leave(number, _):
        raise SystemExit(128 + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
