"""`run ingest`: a simulated exchange followed by tickboard and its peers, at full speed and paced."""

import argparse
import collections
import json
import os
import sys
import time

import hops
import parts as bench
from read_peers import HERE, PYTHON, missing
from resp import Store
from tables import ratio, table, tell
from tick import SETTLE_TIMEOUT, Spine, take

MARKETS = 1000
PACE = 4000  # updates/s
RATES = (40_000, 200_000)  # updates/s, of tickboard alone
DENSE = 500  # markers/s at RATES, enough for a p99.9
FULL = {"tickboard": 2_000_000, "beast_sax": 2_000_000, "ws_conflate": 500_000}  # updates at full speed
FULL_ELSE = 150_000
TICKBOARD = "tickboard"
LIMIT = "beast_sax"  # frames read and parsed, and nothing else
LOADS = {
    "full": "Full speed, as fast as the follower reads",
    "paced": f"Paced at {PACE} updates/s",
    **{f"rate{rate}": f"Paced at {rate} updates/s, tickboard alone" for rate in RATES},
    "twice": f"Redis at {PACE} and {2 * PACE} updates/s over the same markets, tickboard alone",
}
NODE = ("node", HERE / "node_modules/ws", HERE / "node_modules/ioredis")


def limit_of(given):
    return given.tickboard.parent / "tests/bench/peers" / LIMIT


# name: (what is missing or None, the command in front of EXCHANGE_PORT REDIS_SOCKET, loads)
PEERS = {
    "py_websockets": (lambda _: missing("py:uvloop, websockets, redis, hiredis"),
                      lambda _: [PYTHON, HERE / "py_websockets.py"], ("full", "paced")),
    "ccxt_hook": (lambda _: missing(*NODE, HERE / "node_modules/ccxt"), lambda _: ["node", HERE / "ccxt_hook.mjs"],
                  ("full", "paced")),
    "ws_conflate": (lambda _: missing(*NODE), lambda _: ["node", HERE / "ws_conflate.mjs"], ("full", "paced")),
    LIMIT: (lambda given: missing(limit_of(given)), lambda given: [limit_of(given)], ("full",)),
}


class PeerSpine(Spine):
    """A peer in tickboard's place. Its rows are asked of its Redis; numbers are compared as numbers, since that is
    what peers keep."""

    PAUSE = 0.05

    def __init__(self, parts, given, command, **options):
        self.command = command
        super().__init__(parts, given, given.tickboard, **options)

    def start_daemon(self, tickboard):
        port = self.simulators[0].port
        return self.parts.start("daemon", [*self.command, port, self.redis.path], env={
            **os.environ, "NODE_ENV": "production", "PYTHONDONTWRITEBYTECODE": "1"})

    def is_ready(self):
        return self.daemon.poll() is None

    def probed(self):
        return self.redis.path

    @staticmethod
    def compared(row):
        return [float(x) for x in Spine.compared(row)] + [float(row["last"])]

    def rows(self):
        """With the score of the index of last prices, which must be the row's."""
        state = self.simulators[0].api.json("/sim/state")
        ids = [(f"binance:{row['base']}-{row['quote']}", row["quote"]) for row in state]
        with Store(self.redis.path) as store:
            replies = iter(store.ask_all([command for name, quote in ids for command in (
                ("GET", "m:" + name), ("ZSCORE", f"z:{quote}:last", name))]))
            found = {name: (next(replies), next(replies)) for name, _ in ids}
        wanted = ("last", "bid", "ask", "volume_24h")
        return {name: [float(json.loads(row)[field]) for field in wanted] + [float(score)]
                for name, (row, score) in found.items() if row and score}

    def ask_views(self):
        pass

    def explain(self):
        print("its log:\n" + self.parts.log("daemon").read_text()[-3000:], file=sys.stderr)


class LimitSpine(PeerSpine):
    """It keeps nothing: it is done when it has read what was sent."""

    def start_daemon(self, tickboard):
        exchange = self.simulators[0]
        streams = [(row["base"] + row["quote"]).lower() + "@ticker" for row in exchange.api.json("/sim/state")]
        return self.parts.start("daemon", [*self.command, exchange.port, *streams])

    def wait_until_final(self):
        self.parts.wait_until("daemon", self.daemon, lambda: self.read() >= self.generated, SETTLE_TIMEOUT)
        return time.monotonic(), 0

    def read(self):
        lines = self.parts.log("daemon").read_text().split("\n")
        return int(lines[-2]) if len(lines) > 1 else 0


def launch(parts, given, name, rate=PACE, **options):
    """Everything of one sample; `given` of `run`, and what Spine wants of `spine`'s."""
    wanted = argparse.Namespace(
        tickboard=given.tickboard, exchanges=["binance"], markets=MARKETS if not given.quick else 100, rate=rate,
        seconds=given.secs, threads=None, views=["volume_usd_24h", "change_24h_pct", "last"], quick=given.quick)
    if name == TICKBOARD:
        return Spine(parts, wanted, given.tickboard, **options)
    return (LimitSpine if name == LIMIT else PeerSpine)(parts, wanted, PEERS[name][1](given), **options)


# -- loads ----------------------------------------------------------------------------------------


def full(given, name):
    count = FULL.get(name, FULL_ELSE) // (40 if given.quick else 1)
    with bench.Parts() as parts:
        spine = launch(parts, given, name)
        found = take(given, lambda: spine.measure(0, count))
        if name == TICKBOARD:
            spine.expect_all_decoded()
        return found


def paced(given, name, rate=PACE, **options):
    with bench.Parts() as parts:
        spine = launch(parts, given, name, rate, **options)
        found = take(given, lambda: spine.measure(rate, rate * given.secs))
        told = hops.from_now(spine.daemon.api) if name == TICKBOARD else dict
        seen = take(given, spine.latency)
        found |= told()
        return {**found, **{key: seen[key] for key in ("p50", "p99", "p999", "max", "markers")},
                "dropped": found["dropped"] + seen["dropped"], "others": max(found["others"], seen["others"])}


def twice(given, name):
    with bench.Parts() as parts:
        spine = launch(parts, given, name)
        once, double = (take(given, lambda: spine.measure(rate, rate * given.secs)) for rate in (PACE, 2 * PACE))
        return {"redis_cores": once["redis_cores"], "double_cores": double["redis_cores"],
                "times": double["redis_cores"] / once["redis_cores"] if once["redis_cores"] else None,
                "daemon_cores": once["daemon_cores"], "daemon_double_cores": double["daemon_cores"],
                "dropped": once["dropped"] + double["dropped"], "others": max(once["others"], double["others"])}


def sample(given, load, name):
    if load.startswith("rate"):
        return paced(given, name, int(load[4:]), markers_per_second=DENSE)
    return {"full": full, "paced": paced, "twice": twice}[load](given, name)


def measure(given, root):
    """{load: {name: samples}}; rounds are outermost, so that noise falls on all alike."""
    found = {load: collections.defaultdict(list) for load in given.loads}
    names = []
    for name, (lacks, _, _) in PEERS.items():
        if given.only and name not in given.only:
            continue
        if what := lacks(given):
            print(f"{name} is skipped: {what} is not there (tests/bench/peers/README.md)", file=sys.stderr)
            continue
        names.append(name)
    for number in range(given.repeats):
        for load in given.loads:
            for name in [*(peer for peer in names if load in PEERS[peer][2]), TICKBOARD]:
                one = sample(given, load, name)
                found[load][name].append(one)
                tell(number, load, name, one)
    return found


COMMON = [("dropped", "dropped", 0), ("follower cores", "daemon_cores", 3), ("Redis cores", "redis_cores", 3),
          ("follower CPU s/100k", "daemon_cpu_100k", 2), ("Redis CPU s/100k", "redis_cpu_100k", 2),
          ("peak RSS MB", "rss_mb", 0), ("others' cores", "others", 2)]
LATENCY = [("p50 ms", "p50", 2), ("p99 ms", "p99", 2), ("p99.9 ms", "p999", 2), ("max ms", "max", 1),
           ("updates/s", "updates_per_s", 0), *COMMON]
COLUMNS = {
    "full": [("updates/s", "updates_per_s", 0), *COMMON],
    "paced": [column for column in LATENCY if column[1] != "p999"],  # of 50 markers/s that would be the max
    "twice": [("Redis, times", "times", 2), (f"Redis cores at {PACE}/s", "redis_cores", 3),
              (f"at {2 * PACE}/s", "double_cores", 3), ("follower cores", "daemon_cores", 3),
              ("at twice", "daemon_double_cores", 3), ("dropped", "dropped", 0), ("others' cores", "others", 2)],
}


def print_tables(given, found):
    print(f"\nIngest; {'' if given.quick else f'{MARKETS:,} Binance markets, '}median (min..max) of {given.repeats}, "
          f"paced samples of {given.secs} s.  ")
    print(f"Machine: {given.machine}.\n")
    for load in given.loads:
        rows = found[load]
        more = []
        if load == "full":
            more = [(f"/ {other}", {name: ratio(rows[name], rows.get(other, []), "updates_per_s") for name in rows})
                    for other in ("ws_conflate", LIMIT)]
        print(f"**{LOADS[load]}**\n")
        print(table(rows, COLUMNS.get(load, LATENCY), more))
        if load.startswith(("paced", "rate")):
            print("Hop by hop, from when the daemon read the frame until\n")
            print(table({TICKBOARD: rows[TICKBOARD]}, hops.COLUMNS))


def errors(found):
    return sum(row["dropped"] for load in found.values() for rows in load.values() for row in rows)
