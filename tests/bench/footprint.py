"""Where the bytes of markets are: in Redis, and in the daemon."""

import random
import time

import parts as bench
from resp import Store

ENTRY = 16  # bytes of an index entry that nothing could do without: a double, and where its id is
SAMPLED = 500  # rows
COLUMNS = [
    ("Redis", "store_bytes", 0), ("/ floor", "times_floor", 2), ("floor", "floor_bytes", 0), ("row's text", "text", 0),
    ("id", "id", 1), ("index entries", "entries", 1), ("of Redis: rows", "in_rows", 0), ("versions", "in_versions", 0),
    ("indexes", "in_indexes", 0), ("else", "in_else", 0), ("daemon RSS", "server_bytes", 0),
    ("without an empty one's", "server_more", 0), ("at most", "server_peak", 0)]


def used_memory(redis):
    with Store(redis.path) as store:
        return int(store.info("memory")["used_memory"])


def empty_daemon(parts, given):
    """RSS in bytes of a daemon that follows one market."""
    redis = parts.redis("empty-redis")
    one = parts.simulator(given.tickboard, "binance", 1, 0, 1, bench.free_port(bench.socket.SOCK_DGRAM), 1_000_000,
                          "empty-exchange")
    one.api.json("/sim/go", {})
    daemon = parts.daemon(given.tickboard, redis, [one], None, "empty", settings={"feed": ['stall_timeout = "1h"']})
    parts.wait_until("empty", daemon, lambda: daemon.api.ask("/readyz")[0] == 200)
    time.sleep(0.5)
    found = bench.memory_bytes(daemon.pid)
    for process in (daemon, one, redis):
        process.terminate()
        process.wait(30)
    return found


def of_daemon(arena, empty):
    now = bench.memory_bytes(arena.daemon.pid)
    return {"server_bytes": now / arena.markets, "server_more": (now - empty) / arena.markets,
            "server_peak": bench.memory_bytes(arena.daemon.pid, "VmHWM") / arena.markets}


def of_store(arena):
    """The floor is the row's text, the id once, and ENTRY bytes for each entry of an index, counted by ZCARD."""
    used = used_memory(arena.redis) - arena.empty_redis
    with Store(arena.redis.path) as store:
        rows, others = [], []
        for key in store.keys("tb:*"):
            (rows if b":row:" in key else others).append(key)
        some = random.Random(1).sample(rows, min(SAMPLED, len(rows)))
        text = sum(store.ask_all([("STRLEN", key) for key in some])) / len(some)
        of_row = sum(store.ask_all([("MEMORY", "USAGE", key) for key in some])) / len(some)
        names = sum(len(key.partition(b":row:")[2]) for key in some) / len(some)
        kinds = store.ask_all([("TYPE", key) for key in others])
        sizes = dict(zip(others, store.ask_all([("MEMORY", "USAGE", key, "SAMPLES", 200) for key in others])))
        indexes = [key for key, kind in zip(others, kinds) if kind == b"zset" and b"assets" not in key]
        entries = sum(store.ask_all([("ZCARD", key) for key in indexes])) / arena.markets
    held = {"in_rows": of_row * len(rows), "in_indexes": sum(sizes[key] for key in indexes),
            "in_versions": sum(size for key, size in sizes.items() if key.endswith(b":version"))}
    held["in_else"] = used - sum(held.values())
    floor = text + names + ENTRY * entries
    return {"store_bytes": used / arena.markets, "floor_bytes": floor, "times_floor": used / arena.markets / floor,
            "text": text, "id": names, "entries": entries,
            **{name: size / arena.markets for name, size in held.items()}}
