"""`run read`: pages asked of tickboard and its peers, while updates are written."""

import collections
import json
import random
import select
import socket
import statistics
import subprocess
import sys
import time

import asking
import parts as bench
from read_peers import MOST_PAGES, NOTES, PEERS, PER_PAGE, SORTS, Arena, Board, missing, path_of
from resp import Store
from tables import cell, ratio, table, tell
from tick import take

SHARES = {"USDT": 1800, "USDC": 300, "BTC": 300, "FDUSD": 300, "TRY": 300}
LISTED = 7500  # markets of the simulated exchange; the daemon follows SHARES of them
QUICK = 6  # so many times fewer with --quick
CONNECTIONS = 64
SLOW = {"fastapi_python": 8}  # connections of those that would only queue
STAMPEDE = 500  # connections
EVALUATES = ("sort", "sort_ro", "zrevrange", "zrange", "ft.search")  # commands in which a page's index is read, once each
LOADS = {
    "hot": "One page, always fresh (`view.max_age` 0)",
    "spread": "132 distinct pages, always fresh (`view.max_age` 0)",
    "cached": "132 distinct pages, which may be old: 100 ms at most (`view.max_age`); 1 s, and more while renewed (proxy_cache)",
    "stampede": f"{STAMPEDE} connections ask for one cold page at once, while nothing is written",
    "flood": "A client that asks for a page every 10 ms, alone and beside 64 connections that flood",
}
TICKBOARD = "tickboard"
AGAINST = "tickboard_against"  # another build


def members(load):
    """Who takes part, peers first."""
    if load in ("hot", "spread"):
        return [*(p for p in PEERS if p != "nginx_microcache"), AGAINST, TICKBOARD]
    if load == "cached":
        return ["nginx_lua_sort", "nginx_microcache", "nginx_static", "tickboard_100ms"]
    if load == "stampede":
        return ["fastapi_evalsha", "fastify_evalsha", "nginx_lua_sort", "nginx_microcache", "tickboard_100ms", TICKBOARD]
    return ["nginx_lua_sort", TICKBOARD]


def pages_of(shares):
    """Every (quote, sort, page) of the spread, shuffled, the same way each time."""
    found = [(quote, sort, page) for quote, markets in shares.items() for sort in SORTS
             for page in range(1, min(MOST_PAGES, -(-markets // PER_PAGE)) + 1)]
    random.Random(1).shuffle(found)
    return found


# -- parts ----------------------------------------------------------------------------------------


class Field:
    """Everything that is measured, started, with the same rows."""

    def __init__(self, parts, given):
        self.parts, self.given = parts, given
        scale = QUICK if given.quick else 1
        self.shares = {quote: markets // scale for quote, markets in SHARES.items()}
        asked = {name for load in given.loads for name in members(load)
                 if not given.only or name in given.only or name.startswith(TICKBOARD)}
        self.boards = {}
        for name in sorted(one for one in asked | {TICKBOARD} if one.startswith(TICKBOARD)):
            program = given.against if name == AGAINST else given.tickboard
            if not program:
                continue
            settings = {"view": ['max_age = "100ms"']} if name == "tickboard_100ms" else {}
            self.boards[name] = Board(parts, program, name, self.shares, LISTED // scale, settings)
        board = self.boards[TICKBOARD]
        for one in self.boards.values():  # all have the same indexes to keep
            pages = {page: one.api.ask(path_of(*page))[1] for page in pages_of(self.shares)}
            if one is board:
                self.pages = pages
        self.arena = Arena(parts, board.rows(), self.pages)
        self.running = dict(self.boards)
        for name, (missing, start) in PEERS.items():
            if name not in asked:
                continue
            if lacks := missing():
                print(f"{name} is skipped: {lacks} is not there (tests/bench/peers/README.md)", file=sys.stderr)
                continue
            peer = self.running[name] = start(self.arena)
            parts.wait_until(name, peer.process, lambda: peer.api.ask(path_of("USDT", "last", 1))[0] == 200)
            self.check(name, peer)
        self.questions("hot", [path_of("USDT", SORTS[0], 1)])
        self.questions("spread", [path_of(*one) for one in self.pages])

    def members(self, load):
        return {name: self.running[name] for name in members(load) if name in self.running}

    def check(self, name, peer):
        """Every page must be tickboard's: the total, and the values sorted by, in order."""
        for (quote, sort, page), text in self.pages.items():
            wanted, got = json.loads(text), peer.api.json(path_of(quote, sort, page))
            def shown(answer):
                return answer["page"]["total"], [float(row[sort]) for row in answer["data"]]
            if shown(got) != shown(wanted):
                raise bench.Failure(f"{name} answers {path_of(quote, sort, page)} otherwise than tickboard")

    def questions(self, name, paths):
        return asking.questions(self.parts.directory / f"questions-{name}.txt", paths)

    def wrk(self, port, name, seconds, connections):
        return asking.wrk(port, self.parts.directory / f"questions-{name}.txt", seconds, connections)


# -- loads ----------------------------------------------------------------------------------------


def ask_with_wrk(field, name, one, load):
    given, questions = field.given, "hot" if load == "hot" else "spread"
    connections = SLOW.get(name, CONNECTIONS)
    one.start_writes(given.writes)
    try:
        field.wrk(one.port, questions, 1, connections)  # warms up
        others, at = bench.others_from_now(), time.monotonic()
        server, store = one.server(), one.store()
        said = field.wrk(one.port, questions, given.secs, connections)
        server, store = one.server() - server, one.store() - store
        seconds, others = time.monotonic() - at, others()
    finally:
        written = one.stop_writes()
    asked = max(1, said["requests"])
    return {"per_s": said["requests"] / said["seconds"], "p50": said["p50"], "p99": said["p99"],
            "errors": said["failed"] + said["refused"], "server_us": server / asked * 1e6,
            "store_us": store / asked * 1e6, "server_cores": server / seconds, "store_cores": store / seconds,
            "writes": written, "others": others}


def store_of(one):
    return one.redis if isinstance(one, Board) else one.store_process


def evaluations(redis):
    """How often indexes were read for pages, by the store's own count."""
    with Store(redis.path) as store:
        calls = store.info("commandstats")
    names = [f"cmdstat_{name}" for name in EVALUATES]
    return sum(int(calls[name].split(",")[0].removeprefix("calls=")) for name in names if name in calls)


def stampede(field, name, one, load):
    """All send before anyone is answered, nearly; the time is from the first byte sent to the last received."""
    path = path_of("USDT", SORTS[0], 2, 51 + field.round)  # asked by nobody before
    links = []
    try:
        for _ in range(STAMPEDE):
            links.append(socket.create_connection(("127.0.0.1", one.port)))
        if name.startswith("fast"):  # their pools open connections to the store as they need them
            rush(links, path_of("USDT", SORTS[1], 1))
        before, others = evaluations(store_of(one)), bench.others_from_now()
        seconds, errors = rush(links, path)
        others = others()
        return {"evaluations": evaluations(store_of(one)) - before, "ms": seconds * 1e3, "errors": errors,
                "others": others if not field.given.quick else 0.0}
    finally:
        for link in links:
            link.close()


def rush(links, path):
    question = f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode()
    poll, waiting, errors = select.epoll(), {}, 0
    for link in links:
        waiting[link.fileno()] = [link, b"", None]
        poll.register(link, select.EPOLLIN)
    began = time.perf_counter()
    for link in links:
        link.sendall(question)
    while waiting:
        events = poll.poll(30)
        if not events:
            raise bench.Failure(f"{len(waiting)} of {len(links)} connections were not answered within 30 s")
        for number, _ in events:
            state = waiting[number]
            got = state[0].recv(1 << 18)
            if state[2] is None:
                state[1] += got
                head, found, body = state[1].partition(b"\r\n\r\n")
                if found:
                    length = next(int(line[15:]) for line in head.lower().split(b"\r\n")
                                  if line.startswith(b"content-length:"))
                    errors += b" 200 " not in head.split(b"\r\n")[0]
                    state[2] = length - len(body)
            else:
                state[2] -= len(got)
            if state[2] == 0 or not got:
                errors += state[2] != 0
                poll.unregister(number)
                del waiting[number]
    seconds = time.perf_counter() - began
    poll.close()
    return seconds, errors


def flood_paths(name):
    """The costliest questions that may be asked, all different."""
    if name != TICKBOARD:
        return [path_of(quote, sort, page, 250) for quote in SHARES for sort in SORTS for page in (1, 2)]
    return [f"/v1/markets?sort=-{sort}&min_bid_size=0.000{n}&exchange=binance&per_page=250&page={1 + n % 10}"
            for n in range(100, 400) for sort in SORTS]


def well_behaved(field, one, seconds):
    """p99 in ms of a page asked for every 10 ms, from the moment when it was to be asked for; and errors."""
    path, times, errors = path_of("USDT", SORTS[0], 1), [], 0
    api = bench.Api(one.port)
    api.ask(path)
    due = time.perf_counter()
    end = due + seconds
    while due < end:
        time.sleep(max(0, due - time.perf_counter()))
        errors += api.ask(path)[0] != 200
        times.append(time.perf_counter() - due)
        due += 0.01
    return statistics.quantiles(times, n=100)[98] * 1e3, errors


def flood(field, name, one, load):
    given = field.given
    file = field.questions(f"flood-{name}", flood_paths(name))
    one.start_writes(given.writes)
    try:
        field.wrk(one.port, f"flood-{name}", 1, CONNECTIONS)  # warms up
        time.sleep(0.5)
        others = bench.others_from_now()
        alone, failed = well_behaved(field, one, given.secs)
        flooding = asking.start_wrk(one.port, file, given.secs + 1, CONNECTIONS)
        time.sleep(0.5)
        beside, failed_beside = well_behaved(field, one, given.secs)
        said = asking.end_wrk(flooding)
        others = others()
    finally:
        written = one.stop_writes()
    return {"alone": alone, "beside": beside, "times": beside / alone, "flood_per_s": said["requests"] / said["seconds"],
            "flood_refused": said["refused"] + said["failed"], "errors": failed + failed_beside, "writes": written,
            "others": others}


SAMPLES = {"hot": ask_with_wrk, "spread": ask_with_wrk, "cached": ask_with_wrk, "stampede": stampede, "flood": flood}


# -- Redis alone ----------------------------------------------------------------------------------


def own_page():
    """What the daemon asks Redis for a page of USDT, as arguments of redis-benchmark. The daemon's is in a transaction with
    two short commands, which redis-benchmark cannot send."""
    keys = "tb:2:{USDT}:"
    first = str(MOST_PAGES // 2 * PER_PAGE)
    return ["SORT_RO", f"{keys}by:{SORTS[0]}", "BY", "nosort", "DESC", "LIMIT", first, str(PER_PAGE), "GET", f"{keys}row:*"]


def redis_benchmark(field):
    board, seconds = field.boards[TICKBOARD], field.given.secs
    command, socket_path = own_page(), ["-s", board.redis.path]
    requests = 2000 if field.given.quick else 15000 * seconds
    others = bench.others_from_now()
    store = board.store()
    said = subprocess.run(["redis-benchmark", *socket_path, "-c", "50", "-n", str(requests), "--csv", *command], capture_output=True, text=True)
    line = said.stdout.strip().split("\n")[-1].split('","')
    if said.returncode or len(line) < 5:
        raise bench.Failure(f"redis-benchmark: {said.stdout} {said.stderr}")
    store = board.store() - store
    return {"per_s": float(line[1]), "store_us": store / requests * 1e6, "others": others()}


# -- all of it ------------------------------------------------------------------------------------


def measure(given, root):
    """{load: {name: samples}}; rounds are outermost, so that noise falls on all alike, and every other one is backwards,
    so that nobody always follows the same one."""
    if lacks := missing("redis-benchmark", *(["wrk"] if set(given.loads) - {"stampede"} else [])):
        raise bench.Failure(f"{lacks} is not there: apt install wrk redis-tools")
    found = {load: collections.defaultdict(list) for load in given.loads}
    with bench.Parts() as parts:
        field = Field(parts, given)
        for field.round in range(given.repeats):
            for load in given.loads:
                members = list(field.members(load).items())
                for name, one in members[::-1] if field.round % 2 else members:
                    sample = take(given, lambda: SAMPLES[load](field, name, one, load))
                    found[load][name].append(sample)
                    tell(field.round, load, name, sample)
            if "spread" in given.loads:
                found.setdefault("redis", collections.defaultdict(list))["redis-benchmark"].append(
                    take(given, lambda: redis_benchmark(field)))
    return found


PER_REQUEST = [("req/s", "per_s", 0), ("p50 ms", "p50", 2), ("p99 ms", "p99", 2), ("server us/req", "server_us", 1),
               ("store us/req", "store_us", 1), ("server cores", "server_cores", 2), ("store cores", "store_cores", 2),
               ("writes/s", "writes", 0), ("errors", "errors", 0), ("others' cores", "others", 2)]
COLUMNS = {
    "stampede": [("evaluations", "evaluations", 0), ("all answered after, ms", "ms", 1), ("errors", "errors", 0)],
    "flood": [("p99 alone, ms", "alone", 2), ("p99 beside the flood, ms", "beside", 2), ("times", "times", 1),
              ("flood's req/s", "flood_per_s", 0), ("flood's refused", "flood_refused", 0),
              ("writes/s", "writes", 0), ("errors", "errors", 0), ("others' cores", "others", 2)],
}


def by_round(ours, theirs):
    """The ratios of samples that were taken one right after the other: the median, and a quarter of them on either side of it."""
    times = [a["per_s"] / b["per_s"] for a, b in zip(ours, theirs)]
    low, middle, high = statistics.quantiles(times, n=4, method="inclusive") if len(times) > 1 else times * 3
    return f"{middle:.2f} ({low:.2f}..{high:.2f})"


def print_tables(given, found):
    print(f"\nRead; {'' if given.quick else '3,000 markets, '}{given.writes} updates/s written meanwhile; wrk -t1 "
          f"-c{CONNECTIONS}, {given.secs} s; median (min..max) of {given.repeats}.  ")
    print(f"Machine: {given.machine}.\n")
    for load in given.loads:
        rows = found[load]
        print(f"**{LOADS[load]}**\n")
        names = {name: f"{name} ({NOTES[name]})" if name in NOTES else name for name in rows}
        more = []
        if load in ("hot", "spread", "cached"):
            more = [(f"/ {other}", lambda name, other=other: ratio(rows[name], rows.get(other, []), "per_s"))
                    for other in ("nginx_lua_sort", "nginx_static")]
        print(table({names[name]: samples for name, samples in rows.items()}, COLUMNS.get(load, PER_REQUEST),
                    [(title, {names[name]: value(name) for name in rows}) for title, value in more]))
        if rows.get(AGAINST):
            print(f"tickboard / tickboard_against, round by round: {by_round(rows[TICKBOARD], rows[AGAINST])} req/s.\n")
        if load == "spread" and (alone := found.get("redis", {}).get("redis-benchmark")):
            print(f"redis-benchmark -c 50, the SORT_RO that the daemon sends for a page of 50, without updates: "
                  f"{cell(alone, 'per_s', 0)} pages/s, {cell(alone, 'store_us', 1)} us of Redis each.\n")


def errors(found):
    return sum(row.get("errors", 0) for load in found.values() for rows in load.values() for row in rows)
