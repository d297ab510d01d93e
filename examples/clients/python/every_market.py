#!/usr/bin/env python3
"""The id and price of every market, page after page.

usage: every_market.py [PER_PAGE]
"""
import sys

from tickboard_client import Client, Refused

per_page = sys.argv[1] if len(sys.argv) > 1 else "250"
try:
    # A cursor goes on behind the last row, wherever ranks went meanwhile.
    for row in Client().rows("/v1/markets", sort="id", per_page=per_page, cursor="start", fields="id,last"):
        print(row["id"], row["last"])
except Refused as problem:
    sys.exit(str(problem))
