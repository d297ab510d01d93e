"""`run follow`: what it costs that many follow one view, tickboard alone."""

import collections
import re
import selectors
import socket
import statistics
import time

import parts as bench
import scaling
from reading import evaluations
from tables import table, tell
from tick import take

LOADS = {"streams": "Subscribers of one view"}
PEERS = {}
INTERVAL_MS = 250
SUBSCRIBERS = (1, 100, 1000, 4000)
QUICK = [1, 20]
SETTLE_TIMEOUT = 30  # seconds, for the last state
VIEW = f"/v1/stream?{scaling.SORT}&interval={INTERVAL_MS}"
AS_OF = re.compile(rb'"as_of_ms":(\d+)')
STATE = re.compile(rb"\nid: (\S+)\n")


class Subscriber:
    def __init__(self, port):
        self.link = socket.create_connection(("127.0.0.1", port))
        self.link.sendall(f"GET {VIEW} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
        self.rest, self.state, self.events, self.bytes = b"", None, 0, 0

    def receive(self):
        """The ages in ms of the events that came, told by their `as_of_ms`."""
        got = self.link.recv(1 << 18)
        if not got:
            raise bench.Failure("the daemon ended a stream")
        now = time.time() * 1e3
        self.bytes += len(got)
        *events, self.rest = (self.rest + got).split(b"\n\n")
        ages = []
        for one in events:
            if b"event: error" in one:
                raise bench.Failure(f"a stream has an error: {one[-300:].decode()}")
            if state := STATE.search(b"\n" + one):
                self.state = state[1]
                self.events += 1
                ages.append(now - int(AS_OF.findall(one)[-1]))
        return ages


class Crowd:
    """Reads all streams, as fast as one core of Python can."""

    def __init__(self, port, number):
        self.all = [Subscriber(port) for _ in range(number)]
        self.selector = selectors.DefaultSelector()
        for one in self.all:
            one.link.setblocking(False)
            self.selector.register(one.link, selectors.EVENT_READ, one)

    def read(self, seconds):
        ages, end = [], time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            for key, _ in self.selector.select(left):
                ages += key.data.receive()
        return ages

    def read_until(self, true):
        end = time.monotonic() + SETTLE_TIMEOUT
        while not true() and time.monotonic() < end:
            self.read(0.2)

    def behind(self):
        """How many have not the state that most have."""
        states = collections.Counter(one.state for one in self.all)
        return len(self.all) - states.most_common(1)[0][1]

    def end(self):
        for one in self.all:
            one.link.close()
        self.selector.close()


def follow(arena, number):
    crowd, given = Crowd(arena.port, number), arena.given
    try:
        arena.exchanges.send(given.writes)
        crowd.read_until(lambda: all(one.state for one in crowd.all))
        if silent := sum(one.state is None for one in crowd.all):
            raise bench.Failure(f"{silent} of {number} streams have not begun after {SETTLE_TIMEOUT} s")
        others, at, asked = bench.others_from_now(), time.monotonic(), evaluations(arena.redis)
        server, store = (bench.run_seconds(one.pid) for one in (arena.daemon, arena.redis))
        before = [(one.events, one.bytes) for one in crowd.all]
        ages = crowd.read(given.secs)
        seconds = time.monotonic() - at
        asked = evaluations(arena.redis) - asked
        server, store = (bench.run_seconds(one.pid) - was for one, was in ((arena.daemon, server), (arena.redis, store)))
        others = others()
        got = [one.events - events for one, (events, _) in zip(crowd.all, before)]
        size = sum(one.bytes - was for one, (_, was) in zip(crowd.all, before))
        arena.exchanges.hold()
        crowd.read_until(arena.exchanges.done)
        crowd.read(3 * INTERVAL_MS / 1e3)
        crowd.read_until(lambda: crowd.behind() == 0)
        cuts = statistics.quantiles(ages, n=100) if len(ages) > 1 else [0] * 99
        return {"evaluations_per_s": asked / seconds, "events_per_s": sum(got) / seconds, "each_per_s": statistics.median(got) / seconds,
                "least_per_s": min(got) / seconds, "mb_per_s": size / seconds / 1e6, "age_p50": cuts[49], "age_p99": cuts[98],
                "server_cores": server / seconds, "server_us": server / max(1, sum(got)) * 1e6,
                "store_cores": store / seconds, "errors": crowd.behind(), "others": others}
    finally:
        crowd.end()


def measure(given, root):
    """{load: {subscribers: samples}}; rounds are outermost, so that noise falls on all alike."""
    scaling.allow_files(max(given.subscribers))
    found = {"streams": collections.defaultdict(list)}
    for number in range(given.repeats):
        for subscribers in given.subscribers:
            with bench.Parts() as parts:
                arena = scaling.Arena(parts, given, given.sizes[0])
                most = subscribers + 100
                arena.start(http=[f"max_connections = {most}"], live=[f"max_subscribers = {most}", "client_share = 100"])
                sample = take(given, lambda: follow(arena, subscribers))
            found["streams"][f"{subscribers:,}"].append(sample)
            tell(number, "streams", f"{subscribers:,}", sample)
    return found


COLUMNS = [("evaluations/s", "evaluations_per_s", 1), ("events/s of each", "each_per_s", 2), ("of whom had fewest", "least_per_s", 2),
           ("events/s", "events_per_s", 0), ("MB/s", "mb_per_s", 1), ("age p50 ms", "age_p50", 1), ("age p99 ms", "age_p99", 1),
           ("daemon cores", "server_cores", 3), ("daemon us/event", "server_us", 1), ("Redis cores", "store_cores", 3),
           ("without the last state", "errors", 0), ("others' cores", "others", 2)]


def print_tables(given, found):
    print(f"\nFollow; {given.sizes[0]:,} markets, {given.writes} updates/s, a page of 50 at {INTERVAL_MS} ms; samples of {given.secs} s, "
          f"median (min..max) of {given.repeats}.  ")
    print(f"Machine: {given.machine}.\n")
    for load, rows in found.items():
        print(f"**{LOADS[load]}**\n")
        print(table(rows, COLUMNS))


def errors(found):
    return sum(row["errors"] for rows in found.values() for samples in rows.values() for row in samples)
