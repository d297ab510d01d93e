"""`run scale`: what pages, updates, memory and starts cost as markets and clients become more."""

import collections
import json
import random
import resource
import statistics
import sys
import time

import asking
import footprint
import parts as bench
from read_peers import PER_PAGE, SORTS, missing
from tables import ratio, table, tell
from tick import take

LOADS = {
    "markets": "Markets",
    "connections": "HTTP connections",
    "idle": "Quiet feeds",
}
PEERS = {}
SIZES = (1000, 10_000, 100_000)
CONNECTIONS = (1, 100, 1000, 10_000)
QUICK = {"sizes": [60, 240], "connections": [1, 50], "feed": 60}
MARKETS_PER_FEED = 1000  # one connection of Binance's, until there are MOST_FEEDS
MOST_FEEDS = 50
QUIET_RATE = 0.5  # updates/s of all feeds together
ASKED = 1000  # samples of a page's latency, at most
CHECKED = 500  # rows that are compared with what the exchange sent
LONGEST_START = 1500  # seconds: a million markets over an empty Redis took some ten minutes
SORT = f"sort=-{SORTS[0]}&per_page={PER_PAGE}"
HOT = f"/v1/markets?{SORT}"


class Exchanges:
    """`markets` markets over feeds of Binance's protocol. They have sent one update each, and send those who
    subscribe what is; so a daemon's start waits for nothing that is still to come."""

    def __init__(self, parts, given, markets):
        per_feed = QUICK["feed"] if given.quick else MARKETS_PER_FEED
        feeds = min(MOST_FEEDS, -(-markets // per_feed))
        self.simulators = []
        for number in range(feeds):
            share = markets // feeds + (number < markets % feeds)
            one = parts.simulator(given.tickboard, "binance", share, 0, share, bench.free_port(bench.socket.SOCK_DGRAM),
                                  1_000_000, f"exchange-{number}")
            one.feed = f"x{number:02}"
            one.api.json("/sim/go", {})
            self.simulators.append(one)

    def sent(self):
        return sum(one.api.json("/sim/status")["sent"] for one in self.simulators)

    def send(self, rate):
        self.lead = rate // len(self.simulators) + 10
        for one in self.simulators:
            one.api.json("/sim/rate", {"rate": rate / len(self.simulators), "count": 0})

    def hold(self):
        """Lets each stop a second from now: it goes on while it is told so."""
        for one in self.simulators:
            status = one.api.json("/sim/status")
            one.api.json("/sim/rate", {"count": status["sent"] + self.lead})

    def done(self):
        return all(one.api.json("/sim/status")["done"] for one in self.simulators)

    def some_rows(self):
        """{id: last, bid, ask} of CHECKED markets, as text, with the digits that were sent."""
        found = {}
        each = -(-CHECKED // len(self.simulators))
        for one in self.simulators:
            state = one.api.json("/sim/state")
            for row in random.Random(1).sample(state, min(each, len(state))):
                found[f"{one.feed}:{row['base']}-{row['quote']}"] = [row[field] for field in ("last", "bid", "ask")]
        return found


class Arena:
    """A Redis, exchanges, and one daemon after the other that follows them."""

    def __init__(self, parts, given, markets):
        self.parts, self.given, self.markets = parts, given, markets
        self.redis = parts.redis()
        self.empty_redis = footprint.used_memory(self.redis)
        self.exchanges = Exchanges(parts, given, markets)
        self.starts = 0

    def start(self, **settings):
        """Seconds from its exec until it is ready, and until all markets are shown."""
        self.starts += 1
        self.name = f"daemon-{self.starts}"
        began = time.monotonic()
        # Between samples the exchange stands still, which is no stall here.
        settings = {"feed": ['stall_timeout = "1h"'], **settings}
        self.daemon = self.parts.daemon(self.given.tickboard, self.redis, self.exchanges.simulators, None,
                                        self.name, settings=settings)
        self.api, self.port = self.daemon.api, self.daemon.port
        self.wait_until(lambda: self.api.ask("/readyz")[0] == 200)
        ready = time.monotonic() - began
        self.wait_until(lambda: self.total(HOT) == self.markets)
        return ready, time.monotonic() - began

    def stop(self):
        self.daemon.terminate()
        self.daemon.wait(60)

    def wait_until(self, true):
        self.parts.wait_until(self.name, self.daemon, true, LONGEST_START)

    def total(self, path):
        status, text = self.api.ask(path)
        return json.loads(text)["page"]["total"] if status == 200 else None

    def wrong_rows(self):
        """How many rows never become what the exchanges say, which stand still."""
        self.wait_until(self.exchanges.done)
        wanted = self.exchanges.some_rows()
        end = time.monotonic() + 30
        while wanted and time.monotonic() < end:
            for name in list(wanted):
                status, text = self.api.ask(f"/v1/markets/{name}")
                row = json.loads(text, parse_float=str, parse_int=str) if status == 200 else {}
                if [row.get(field) for field in ("last", "bid", "ask")] == wanted[name]:
                    del wanted[name]
        for name, row in list(wanted.items())[:5]:
            print(f"{name} never became {row}", file=sys.stderr)
        return len(wanted)


# -- markets --------------------------------------------------------------------------------------


def latency(arena):
    """p50 and p99 in ms of three pages, asked by one connection while nothing is written."""
    pages = {
        "hot": HOT,
        "middle": f"{HOT}&page={max(1, arena.markets // PER_PAGE // 2)}",
        "filtered": f"{HOT}&exchange={arena.exchanges.simulators[0].feed}&quote=USDT",
    }
    found, caller = {"errors": 0}, asking.Caller(arena.port)
    for name, path in pages.items():
        for _ in range(20):
            caller.ask(path)
        end, times = time.monotonic() + arena.given.secs, []
        while time.monotonic() < end and len(times) < ASKED:
            seconds, right = caller.ask(path)
            times.append(seconds)
            found["errors"] += not right
        cuts = statistics.quantiles(times, n=100)
        found |= {f"{name}_p50": cuts[49] * 1e3, f"{name}_p99": cuts[98] * 1e3}
    return found


def updates(arena):
    """Processor time of one update, at the pace of --writes."""
    exchanges, given = arena.exchanges, arena.given
    exchanges.send(given.writes)
    time.sleep(0.2 if given.quick else 2)
    sent, at = exchanges.sent(), time.monotonic()
    server, store = (bench.run_seconds(one.pid) for one in (arena.daemon, arena.redis))
    others = bench.others_from_now()
    time.sleep(given.secs)
    sent = exchanges.sent() - sent
    server = bench.run_seconds(arena.daemon.pid) - server
    store = bench.run_seconds(arena.redis.pid) - store
    found = {"per_s": sent / (time.monotonic() - at), "others": others(),
             "server_us": server / sent * 1e6, "store_us": store / sent * 1e6}
    exchanges.hold()
    return found


def of_markets(given, markets):
    with bench.Parts() as parts:
        one = footprint.empty_daemon(parts, given)
        arena = Arena(parts, given, markets)
        others = bench.others_from_now()
        ready, shown = arena.start()
        found = {"cold_ready": ready, "cold_shown": shown, "cold_server": bench.run_seconds(arena.daemon.pid),
                 "cold_store": bench.run_seconds(arena.redis.pid), "others": others()}
        found |= take(given, lambda: updates(arena) | {"errors": arena.wrong_rows()})
        found |= footprint.of_store(arena) | footprint.of_daemon(arena, one)
        asked = latency(arena)
        found |= asked | {"errors": found["errors"] + asked["errors"]}
        arena.stop()
        found["warm_ready"], found["warm_shown"] = arena.start()
        found["floor"] = pacing(arena)
        return found


def pacing(arena):
    """Seconds that Binance's limits take of a start: 1023 streams a connection, one each second, 200 in a request,
    one each 0.3 s."""
    share = max(1, -(-arena.markets // len(arena.exchanges.simulators)))
    links = -(-share // 1023)
    return (links - 1) * 1.0 + (-(-(share // links) // 200) - 1) * 0.3


# -- connections ----------------------------------------------------------------------------------


def of_connections(arena, connections):
    """Idle ones first: each has asked for a small answer. Then all ask for one page."""
    before, links = bench.memory_bytes(arena.daemon.pid), []
    for _ in range(connections):
        links.append(asking.Caller(arena.port))
        links[-1].ask("/healthz")
    idle = (bench.memory_bytes(arena.daemon.pid) - before) / connections
    for one in links:
        one.link.close()
    file = asking.questions(arena.parts.directory / "hot.txt", [HOT])
    asking.wrk(arena.port, file, 1, connections)  # warms up

    def sample():
        others = bench.others_from_now()
        server, store = (bench.run_seconds(one.pid) for one in (arena.daemon, arena.redis))
        said = asking.wrk(arena.port, file, arena.given.secs, connections)
        asked = max(1, said["requests"])
        return {"per_s": asked / said["seconds"], "p50": said["p50"], "p99": said["p99"],
                "server_us": (bench.run_seconds(arena.daemon.pid) - server) / asked * 1e6,
                "store_us": (bench.run_seconds(arena.redis.pid) - store) / asked * 1e6,
                "errors": said["failed"] + said["refused"], "others": others()}

    return {"idle_bytes": idle, **take(arena.given, sample),
            "busy_bytes": (bench.memory_bytes(arena.daemon.pid, "VmHWM") - before) / connections}


def each_connections(given):
    for connections in given.connections:
        with bench.Parts() as parts:
            arena = Arena(parts, given, given.sizes[0])
            arena.start(http=[f"max_connections = {connections + 1000}", 'idle_timeout = "1h"'])
            yield f"{connections:,}", of_connections(arena, connections)


# -- idle -----------------------------------------------------------------------------------------


def idle(arena):
    seconds = 1 if arena.given.quick else 10
    others, at = bench.others_from_now(), time.monotonic()
    server, store = (bench.run_seconds(one.pid) for one in (arena.daemon, arena.redis))
    time.sleep(seconds)
    server = bench.run_seconds(arena.daemon.pid) - server
    store = bench.run_seconds(arena.redis.pid) - store
    spent = time.monotonic() - at
    return {"server_pct": server / spent * 100, "store_pct": store / spent * 100, "errors": 0,
            "others": others()}


def each_idle(given):
    for markets in given.sizes:
        with bench.Parts() as parts:
            arena = Arena(parts, given, markets)
            arena.start()
            arena.exchanges.send(QUIET_RATE)
            time.sleep(0 if given.quick else 10)  # until what the start left to do is done
            yield f"{markets:,}", take(given, lambda: idle(arena))


# -- all of it ------------------------------------------------------------------------------------


def each_markets(given):
    for markets in given.sizes:
        yield f"{markets:,}", of_markets(given, markets)


EACH = {"markets": each_markets, "connections": each_connections, "idle": each_idle}


def allow_files(connections):
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # all parts inherit it
    if connections + 100 > most:
        raise bench.Failure(f"{connections} connections: this shell allows {most} files (ulimit -Hn)")


def measure(given, root):
    """{load: {size: samples}}; rounds are outermost, so that noise falls on all alike."""
    if "connections" in given.loads and (lacks := missing("wrk")):
        raise bench.Failure(f"{lacks} is not there: apt install wrk")
    allow_files(max(given.connections) if "connections" in given.loads else 0)
    found = {load: collections.defaultdict(list) for load in given.loads}
    for number in range(given.repeats):
        for load in given.loads:
            for name, sample in EACH[load](given):
                found[load][name].append(sample)
                tell(number, load, name, sample)
    return found


TABLES = {
    "markets": [
        ("One connection asks, nothing is written", [
            ("hot p50 ms", "hot_p50", 3), ("p99", "hot_p99", 3), ("middle p50 ms", "middle_p50", 3),
            ("p99", "middle_p99", 3), ("filtered p50 ms", "filtered_p50", 3), ("p99", "filtered_p99", 3)]),
        ("Updates", [("updates/s", "per_s", 0), ("daemon us/update", "server_us", 1),
                     ("Redis us/update", "store_us", 1), ("errors", "errors", 0), ("others' cores", "others", 2)]),
        ("Memory, bytes a market", footprint.COLUMNS),
        ("Starts, seconds", [
            ("empty Redis: ready", "cold_ready", 2), ("all shown", "cold_shown", 2),
            ("full Redis: ready", "warm_ready", 2), ("all shown", "warm_shown", 2), ("exchange's limits", "floor", 1),
            ("daemon CPU, cold", "cold_server", 2), ("Redis CPU, cold", "cold_store", 2)])],
    "connections": [("", [
        ("req/s", "per_s", 0), ("p50 ms", "p50", 2), ("p99 ms", "p99", 2), ("daemon us/req", "server_us", 1),
        ("Redis us/req", "store_us", 1), ("daemon bytes, idle", "idle_bytes", 0),
        ("daemon bytes, peak", "busy_bytes", 0), ("errors", "errors", 0), ("others' cores", "others", 2)])],
    "idle": [("", [("daemon, % of a core", "server_pct", 2), ("Redis, % of a core", "store_pct", 2),
                   ("others' cores", "others", 2)])],
}


def print_tables(given, found):
    print(f"\nScale; samples of {given.secs} s, median (min..max) of {given.repeats}.  ")
    print(f"Machine: {given.machine}.\n")
    for load in given.loads:
        rows = found[load]
        smallest = next(iter(rows.values()))
        for title, columns in TABLES[load]:
            print(f"**{LOADS[load]}{': ' + title if title else ''}**\n")
            first = columns[0]
            more = [(f"/ {next(iter(rows))}", {name: ratio(samples, smallest, first[1])
                                               for name, samples in rows.items()})]
            print(table(rows, columns, more))


def errors(found):
    return sum(row["errors"] for load in found.values() for rows in load.values() for row in rows)
