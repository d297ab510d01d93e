#!/usr/bin/env python3
"""The strongest and weakest markets of a quote asset.

usage: movers.py [QUOTE] [SECONDS]     SECONDS 0 prints once
"""
import sys
import time

from tickboard_client import Client, Refused

quote = sys.argv[1] if len(sys.argv) > 1 else "USDT"
seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 1.0
client = Client()


def show(title, sort):
    print(title)
    for row in client.get("/v1/markets", quote=quote, sort=sort, per_page=5)["data"]:
        stale = " stale" if row["stale"] else ""
        print(f"  {row['id']:32} {row['last'] or '-':>18} {row['change_24h_pct'] or 0:>+9.3f} %  {row['age_ms']} ms old{stale}")


try:
    while True:
        show(f"up, {quote}", "-change_24h_pct")
        show(f"down, {quote}", "change_24h_pct")
        if seconds == 0:
            break
        time.sleep(seconds)
except Refused as problem:
    sys.exit(str(problem))
