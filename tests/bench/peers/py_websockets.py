"""py_websockets.py EXCHANGE_PORT REDIS_SOCKET: follows every market with uvloop, websockets and redis-py (hiredis). Every
ticker is a SET and 3 ZADD; those that arrive while a pipeline is on its way go with the next."""

import asyncio
import json
import sys
import urllib.request

import redis.asyncio
import uvloop
import websockets

SORTS = ("quote_volume_24h", "change_24h_pct", "last")
NAMES = {"c": "last", "b": "bid", "a": "ask", "B": "bid_size", "A": "ask_size", "o": "open_24h", "h": "high_24h",
         "l": "low_24h", "v": "volume_24h", "q": "quote_volume_24h", "P": "change_24h_pct"}
MOST_PENDING = 2000  # tickers; more wait in the socket


async def main(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v3/exchangeInfo") as reply:
        listed = json.load(reply)["symbols"]
    markets = {one["symbol"]: (one["baseAsset"], one["quoteAsset"]) for one in listed if one["status"] == "TRADING"}
    store = redis.asyncio.Redis(unix_socket_path=path)
    pending, arrived, room = [], asyncio.Event(), asyncio.Event()
    room.set()

    async def write():
        nonlocal pending
        while True:
            await arrived.wait()
            arrived.clear()
            rows, pending = pending, []
            room.set()
            pipeline = store.pipeline(transaction=False)
            for row in rows:
                pipeline.set("m:" + row["id"], json.dumps(row, separators=(",", ":")))
                for field in SORTS:
                    pipeline.zadd(f"z:{row['quote']}:{field}", {row["id"]: row[field]})
            await pipeline.execute()

    async def read():
        async with websockets.connect(f"ws://127.0.0.1:{port}/stream", compression=None) as link:
            await link.send(json.dumps({"method": "SUBSCRIBE", "params": [s.lower() + "@ticker" for s in markets], "id": 1}))
            async for text in link:
                tick = json.loads(text).get("data")
                if not tick or tick["e"] != "24hrTicker":
                    continue
                base, quote = markets[tick["s"]]
                row = {"id": f"binance:{base}-{quote}", "base": base, "quote": quote, "ts_ms": tick["E"]}
                row |= {name: float(tick[short]) for short, name in NAMES.items()}
                pending.append(row)
                arrived.set()
                if len(pending) >= MOST_PENDING:
                    room.clear()
                    await room.wait()

    await asyncio.gather(read(), write())


uvloop.install()
asyncio.run(main(sys.argv[1], sys.argv[2]))
