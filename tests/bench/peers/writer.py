"""writer.py redis|search SOCKET ROWS_FILE RATE: writes updates of a peer's rows until its standard input ends, then says
how many in JSON. Every update is a row and its three scores: SET and 3 ZADD, or one FT.ADD. What is sent is made before,
so that the writer costs next to nothing meanwhile."""

import json
import random
import re
import select
import socket
import sys
import time

SORTS = ("quote_volume_24h", "change_24h_pct", "last")
ROUNDS = 4  # of different values
SLOT = 0.002  # seconds


def command(*words):
    parts = [x if isinstance(x, bytes) else str(x).encode() for x in words]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(x), x) for x in parts)


def moved(market, chance):
    """The market's row with other values, and its scores."""
    text, scores = market["row"], []
    for field, score in zip(SORTS, market["scores"]):
        score = float(f"{score * (1 + chance.uniform(-1, 1) * 1e-4):.10g}")
        text = re.sub(rf'("{field}":"?)[-0-9.e]+', lambda found: found[1] + f"{score:.10g}", text, count=1)
        scores.append(score)
    return text, scores


def update(kind, market, chance):
    text, scores = moved(market, chance)
    if kind == "search":
        fields = [word for pair in zip(SORTS, scores) for word in pair]
        return command("FT.ADD", "markets", market["id"], 1, "REPLACE", "FIELDS", "quote", market["quote"], *fields,
                       "row", text), 1
    sets = [command("ZADD", f"z:{market['quote']}:{field}", score, market["id"]) for field, score in zip(SORTS, scores)]
    return command("SET", "m:" + market["id"], text) + b"".join(sets), 4


def main():
    kind, path, file, rate = sys.argv[1:]
    rate, chance = float(rate), random.Random(1)
    with open(file) as lines:
        markets = [json.loads(line) for line in lines]
    updates = []
    for _ in range(ROUNDS):
        chance.shuffle(markets)
        updates += [update(kind, market, chance) for market in markets]
    store = socket.socket(socket.AF_UNIX)
    store.connect(path)
    print("ready", flush=True)
    sys.stdin.readline()
    began, sent, wanted, got = time.monotonic(), 0, 0, 0
    while not select.select([sys.stdin], [], [], 0)[0]:
        # One batch at a time, acknowledged: so a store that is too slow shows in the rate.
        due = min(int((time.monotonic() - began) * rate) - sent, 400)
        if due > 0:
            batch = [updates[(sent + i) % len(updates)] for i in range(due)]
            store.sendall(b"".join(text for text, _ in batch))
            sent += due
            wanted += sum(replies for _, replies in batch)
        while got < wanted:
            answer = store.recv(1 << 16)
            if not answer or b"-" in answer:
                sys.exit(f"the store answered {answer[:200]!r}")
            got += answer.count(b"\n")
        time.sleep(SLOT)
    print(json.dumps({"updates": sent, "seconds": time.monotonic() - began}))


main()
