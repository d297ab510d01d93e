#!/usr/bin/env python3
"""The strongest and weakest markets of a quote asset.

usage: movers.py [URL] [QUOTE] [SECONDS]     SECONDS 0 prints once
"""
import json
import sys
import time
import urllib.error
import urllib.request

url = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8080"
quote = sys.argv[2] if len(sys.argv) > 2 else "USDT"
seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 1.0


def page(sort):
    with urllib.request.urlopen(f"{url}/v1/markets?quote={quote}&sort={sort}&per_page=5", timeout=5) as reply:
        return json.load(reply)["data"]


def show(title, rows):
    print(title)
    for row in rows:
        stale = " stale" if row["stale"] else ""
        print(f"  {row['id']:32} {row['last'] or '-':>18} {row['change_24h_pct'] or 0:>+9.3f} %  {row["age_ms"]} ms old{stale}")


while True:
    try:
        show(f"up, {quote}", page("-change_24h_pct"))
        show(f"down, {quote}", page("change_24h_pct"))
    except urllib.error.HTTPError as problem:  # problem+json says what is wrong
        print(json.load(problem)["detail"], file=sys.stderr)
    if seconds == 0:
        break
    time.sleep(seconds)
