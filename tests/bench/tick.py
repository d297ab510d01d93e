"""The way of a tick: simulated exchange -> tickboard serve -> Redis -> HTTP, and what it costs. Whoever
uses this gives `given`: tickboard, exchanges, markets, rate, seconds, threads, views, quick."""

import json
import os
import pathlib
import subprocess
import sys
import time

import parts as bench

COMPARED = ("last", "bid", "ask", "volume_24h")
PER_PAGE = 250
SETTLE_TIMEOUT = 60  # seconds after the last update until every row must be final
NOISY = 0.3  # cores used by others: the sample is taken again, at most twice
MARKERS_PER_SECOND = 50
SETTLED = 6  # seconds after its start until a daemon keeps the indexes alone that views ask for


class Spine:
    """One launch of all parts."""

    PAUSE = 0.005  # seconds between two looks at the rows

    def __init__(self, parts, given, tickboard, markers_per_second=MARKERS_PER_SECOND):
        self.given = given
        self.parts = parts
        shares = [given.markets // len(given.exchanges)] * len(given.exchanges)
        shares[0] += given.markets - sum(shares)
        self.redis = parts.redis()
        every = max(1, given.rate // markers_per_second)
        self.ports = {x: bench.free_port(bench.socket.SOCK_DGRAM) for x in given.exchanges}
        self.simulators = [
            parts.simulator(given.tickboard, exchange, markets, self.share(given.rate), markets,
                            self.ports[exchange], every)
            for exchange, markets in zip(given.exchanges, shares)]
        self.started = time.monotonic()
        self.daemon = self.start_daemon(tickboard)
        self.generated = given.markets
        # The first round of updates, one for each market, is not measured.
        parts.wait_until("daemon", self.daemon, lambda: all(
            self.status(s)["subscriptions"] >= n for s, n in zip(self.simulators, shares)))
        for one in self.simulators:
            one.api.json("/sim/go", {})
        parts.wait_until("daemon", self.daemon, self.is_ready)
        if wrong := self.wait_until_final()[1]:
            raise bench.Failure(f"{wrong} rows never became what the exchange sent first")

    # -- what is measured: tickboard, unless a peer takes its place ------------------------------------

    def start_daemon(self, tickboard):
        return self.parts.daemon(tickboard, self.redis, self.simulators, self.given.threads)

    def is_ready(self):
        return self.daemon.api.ask("/readyz")[0] == 200

    def probed(self):
        """Where the probe asks for rows."""
        return self.daemon.port

    @staticmethod
    def compared(row):
        """What a row must have become, of a row of /sim/state."""
        return [row[f] for f in COMPARED]

    def share(self, amount):
        return amount // len(self.given.exchanges)

    @staticmethod
    def status(simulator):
        return simulator.api.json("/sim/status")

    def send(self, rate, updates):
        """Lets every simulated exchange send its share of further updates; 0: full speed."""
        for one in self.simulators:
            sent = self.status(one)["sent"]
            one.api.json("/sim/rate", {"rate": self.share(rate), "count": sent + self.share(updates)})
        self.generated += self.share(updates) * len(self.simulators)

    def wait_until_final(self):
        """Waits until all is sent and every row is as the exchange's last update says. Returns the
        moment and the markets whose row never became so."""
        while not all(self.status(one)["done"] for one in self.simulators):
            if self.daemon.poll() is not None:
                raise bench.Failure("the daemon ended:\n" + self.parts.log("daemon").read_text()[-2000:])
            time.sleep(0.005)
        wanted = {}
        for one in self.simulators:
            for row in one.api.json("/sim/state"):
                if row["updates"] > 0:
                    wanted[f"{one.exchange}:{row['base']}-{row['quote']}"] = self.compared(row)
        end = time.monotonic() + SETTLE_TIMEOUT
        while True:
            now = time.monotonic()
            rows = self.rows()
            wrong = sorted(i for i, row in wanted.items() if rows.get(i) != row)
            if wrong and now > end:
                print(f"{self.daemon.args[0]}: {len(wrong)} of {len(wanted)} rows are wrong after "
                      f"{SETTLE_TIMEOUT} s; {len(rows)} are there", file=sys.stderr)
                self.explain()
            if not wrong or now > end:
                for i in wrong[:5]:
                    print(f"{i}: the exchange says {wanted[i]}, the board {rows.get(i)}", file=sys.stderr)
                return now, len(wrong)
            time.sleep(self.PAUSE)

    def explain(self):
        print(f"refusal: {self.refusal}\n"
              f"/v1/exchanges: {self.daemon.api.ask('/v1/exchanges')[1][:1500].decode()}\n"
              f"/readyz: {self.daemon.api.ask('/readyz')}\nthe daemon's log:\n"
              f"{self.parts.log('daemon').read_text()[-3000:]}", file=sys.stderr)

    def rows(self):
        """The board's values by id, with the digits of the answers."""
        found, page, self.refusal = {}, 1, None
        while True:
            status, text = self.daemon.api.ask(f"/v1/markets?sort=id&per_page={PER_PAGE}&page={page}")
            if status != 200:
                self.refusal = f"{status} {text[:300].decode(errors='replace')}"
                return found  # not ready (again): the caller asks anew
            answer = json.loads(text, parse_float=str, parse_int=str)
            for row in answer["data"]:
                found[row["id"]] = [row[f] for f in COMPARED]
            if page >= int(answer["page"]["pages"]):
                return found
            page += 1

    def received(self):
        return sum(c["patches"] for feed in self.daemon.api.json("/v1/exchanges")["data"]
                   for c in feed["connections"])

    def expect_all_decoded(self):
        """Snapshots on subscribing may come on top of the updates."""
        end = time.monotonic() + 5  # the daemon renews its counts about every second
        while (missing := self.generated - self.received()) > 0:
            if time.monotonic() > end:
                raise bench.Failure(f"{missing} of {self.generated} updates were not decoded")
            time.sleep(0.05)

    def cost(self):
        return {"daemon": bench.cpu_seconds([self.daemon.pid]), "redis": bench.cpu_seconds([self.redis.pid]),
                "simulator": bench.cpu_seconds([s.pid for s in self.simulators]),
                "self": bench.cpu_seconds(["self"]), "all": bench.busy_seconds(), "at": time.monotonic()}

    def fields(self):
        """Those that views can be sorted by, but for the id: the ones that take a range."""
        document = self.daemon.api.json("/openapi.json")
        names = [one.get("name", "") for one in document["paths"]["/v1/markets"]["get"]["parameters"]]
        return [name.removeprefix("min_") for name in names if name.startswith("min_")]

    def ask_views(self):
        """As people do who look at a board: what they look at is kept up to date for a minute."""
        if not self.given.quick:
            time.sleep(max(0, self.started + SETTLED - time.monotonic()))
        for field in self.fields() if self.given.views == ["all"] else self.given.views:
            status, text = self.daemon.api.ask(f"/v1/markets?sort=-{field}&per_page=1")
            if status != 200:
                raise bench.Failure(f"--views {field}: {text.decode()}")

    def measure(self, rate, updates):
        """Sends so many updates; what it cost until the last of them could be asked for."""
        self.ask_views()
        before = self.cost()
        self.send(rate, updates)
        final, wrong = self.wait_until_final()
        after = self.cost()
        spent = {k: after[k] - before[k] for k in before}
        seconds = final - before["at"]
        sent = self.share(updates) * len(self.simulators)
        ours = spent["daemon"] + spent["redis"] + spent["simulator"] + spent["self"]
        return {"updates_per_s": sent / seconds, "dropped": wrong, "seconds": seconds,
                "daemon_cpu_100k": spent["daemon"] / sent * 1e5, "redis_cpu_100k": spent["redis"] / sent * 1e5,
                "daemon_cores": spent["daemon"] / spent["at"], "redis_cores": spent["redis"] / spent["at"],
                "simulator_cores": spent["simulator"] / spent["at"],
                "others": max(0.0, (spent["all"] - ours) / spent["at"]),
                "rss_mb": bench.peak_rss_mb(self.daemon.pid)}

    def latency(self):
        """Tick to queryable of a paced window."""
        probe = self.parts.start(
            "probe", [sys.executable, pathlib.Path(__file__).parent / "probe.py", self.probed()]
            + [f"{exchange}={port}" for exchange, port in self.ports.items()],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if probe.stdout.readline() != "ready\n":
            raise bench.Failure("probe: " + self.parts.log("probe").read_text())
        self.ask_views()
        busy, at = bench.busy_seconds(), time.monotonic()
        own = self.cost()
        self.send(self.given.rate, self.given.rate * self.given.seconds)
        _, wrong = self.wait_until_final()
        cost = self.cost()
        ours = sum(cost[k] - own[k] for k in ("daemon", "redis", "simulator", "self"))
        ours += bench.cpu_seconds([probe.pid])
        others = (bench.busy_seconds() - busy - ours) / (time.monotonic() - at)
        figures = json.loads(probe.communicate(timeout=30)[0])
        if figures["sent"] == 0:
            raise bench.Failure("no marker came from the simulator")
        return {**{k: figures[k] for k in ("p50", "p99", "p999", "max")}, "markers": figures["sent"],
                "dropped": wrong + figures["lost"], "others": max(0.0, others)}


def take(given, sample):
    """A sample, again while others use the machine (not in a smoke test). given.noise: cores used by others."""
    noise = getattr(given, "noise", NOISY)
    for _ in range(3):
        if not given.quick and noise < os.cpu_count():
            bench.wait_for_quiet(20)
        found = sample()
        if given.quick or found["others"] < noise or found.get("dropped"):
            return found
        print(f"others used {found['others']:.2f} cores: once more", file=sys.stderr)
    return found
