#!/usr/bin/env python3
"""A page of markets: the largest of a quote asset whose feed is up.

usage: markets.py [QUOTE] [COUNT]
"""
import sys

from tickboard_client import Client, Refused

quote = sys.argv[1] if len(sys.argv) > 1 else "USDT"
count = sys.argv[2] if len(sys.argv) > 2 else "10"
try:
    page = Client().get("/v1/markets", quote=quote, stale="false", sort="-volume_usd_24h", per_page=count)
except Refused as problem:
    sys.exit(str(problem))
for row in page["data"]:  # prices are text: the exchange's own digits
    print(f"{row['id']:32} {row['last'] or '-':>18} {row['change_24h_pct'] or 0:>+9.3f} %")
