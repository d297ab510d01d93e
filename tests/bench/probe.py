"""probe.py API_PORT|REDIS_SOCKET FEED=UDP_PORT...: how long updates take until they are answered.

The simulator tells by UDP which update left when (adapters/simulator/markers.hpp). GET
/v1/markets/{id} of all outstanding ones, pipelined on one connection about every 0.2 ms, shows when
the row's ts_ms has come that far. So a stall is charged to every marker that it covers. Of a peer,
which has no HTTP, the keys m:{id} in its Redis are asked in the same way. A process of
its own, so that nothing else delays it. Prints one JSON object when its standard input ends."""

import json
import re
import select
import socket
import sys
import time

GIVE_UP_NS = 10_000_000_000
MOST_ASKED = 200  # markers in one poll: the oldest
PAUSE = 0.00015  # seconds between polls; the kernel adds about 0.05 ms
TS_MS = re.compile(rb'"ts_ms":(\d+)')


class Board:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.replies = self.socket.makefile("rb", buffering=1 << 16)

    def ask(self, ids):
        """Each row's ts_ms with the time of its answer; 0 for rows that are not there (yet)."""
        self.socket.sendall(b"".join(b"GET /v1/markets/%s HTTP/1.1\r\nHost: probe\r\n\r\n" % i for i in ids))
        for _ in ids:
            length = 0
            while (line := self.replies.readline()) != b"\r\n":
                if not line:
                    raise ConnectionError("the daemon closed the connection")
                if line.lower().startswith(b"content-length:"):
                    length = int(line[15:])
            found = TS_MS.search(self.replies.read(length))
            yield time.monotonic_ns(), int(found[1]) if found else 0


class Keys:
    """A peer's rows in Redis, asked as Board asks."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.replies = self.socket.makefile("rb", buffering=1 << 16)

    def ask(self, ids):
        self.socket.sendall(b"".join(b"*2\r\n$3\r\nGET\r\n$%d\r\nm:%s\r\n" % (len(i) + 2, i) for i in ids))
        for _ in ids:
            length = int(self.replies.readline()[1:])
            found = TS_MS.search(self.replies.read(length + 2)) if length >= 0 else None
            yield time.monotonic_ns(), int(found[1]) if found else 0


def read_markers(source, feed, waiting):
    count = 0
    while True:
        try:
            native, base, quote, ts_ms, ns = source.recv(512).decode().split(" ")
        except BlockingIOError:
            return count
        count += 1
        waiting[f"{feed}:{base}-{quote}".encode(), int(ts_ms)] = int(ns)


def main():
    sources = {}
    for pair in sys.argv[2:]:
        feed, port = pair.split("=")
        source = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        source.bind(("127.0.0.1", int(port)))
        source.setblocking(False)
        sources[source] = feed
    board = Board(int(sys.argv[1])) if sys.argv[1].isdigit() else Keys(sys.argv[1])
    waiting, latencies = {}, []
    sent = lost = polls = 0
    ended = False
    print("ready", flush=True)
    while not (ended and not waiting):
        watched = list(sources) + ([] if ended else [sys.stdin])
        readable = select.select(watched, [], [], 0 if waiting else 0.05)[0]
        ended = ended or sys.stdin in readable
        for source in readable:
            if source in sources:
                sent += read_markers(source, sources[source], waiting)
        if not waiting:
            continue
        asked = list(waiting)[:MOST_ASKED]
        polls += 1
        for marker, (now, ts_ms) in zip(asked, board.ask([i for i, _ in asked])):
            age = now - waiting[marker]
            if ts_ms >= marker[1]:
                latencies.append(age / 1e6)
                del waiting[marker]
            elif age > GIVE_UP_NS:
                lost += 1
                del waiting[marker]
        time.sleep(PAUSE)
    latencies.sort()

    def share(part):
        return latencies[min(len(latencies) - 1, int(len(latencies) * part))] if latencies else None

    print(json.dumps({"sent": sent, "lost": lost, "polls": polls, "p50": share(0.5),
                      "p99": share(0.99), "p999": share(0.999), "max": share(1)}))


main()
