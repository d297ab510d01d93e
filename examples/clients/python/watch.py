#!/usr/bin/env python3
"""Asks for a market's price every second, and prints it when it has changed.

usage: watch.py [MARKET] [TIMES]
"""
import sys
import time

from tickboard_client import Client, Refused

market = sys.argv[1] if len(sys.argv) > 1 else "binance:BTC-USDT"
times = int(sys.argv[2]) if len(sys.argv) > 2 else 10
client = Client()
for i in range(times):
    if i:
        time.sleep(1)
    try:
        page = client.get("/v1/markets", ids=market, fields="id,last")
    except Refused as problem:
        sys.exit(str(problem))
    for row in page["data"]:
        print("unchanged" if client.unchanged else f"last {row['last']}", flush=True)
