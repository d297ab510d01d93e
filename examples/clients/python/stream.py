#!/usr/bin/env python3
"""Follows a view (Server-Sent Events): keeps its page up to date, and prints the first row at each event.

usage: stream.py [QUERY] [EVENTS]      exit status 77: this daemon has no streams
"""
import json
import sys
import urllib.error
import urllib.request

from tickboard_client import Client, text_of


def events(client, query):
    """(name, JSON) of each event, until the connection ends; the caller connects again."""
    request = client.request(f"/v1/stream?{query}", accept="text/event-stream")
    with urllib.request.urlopen(request, timeout=30) as reply:  # heartbeats come more often than that
        name, data = "message", []
        for line in reply:
            field, _, value = line.decode().rstrip("\r\n").partition(":")
            value = value.removeprefix(" ")
            if field == "event":
                name = value
            elif field == "data":
                data.append(value)
            elif not field and not value:  # a blank line ends the event
                if data:
                    yield name, json.loads("\n".join(data))
                name, data = "message", []


def apply(change, page):
    """Makes a page what it is after an event `change`: fields of rows that changed, and the order if it did."""
    rows = {row["id"]: row for row in page["data"]}
    for name, fields in change.get("rows", {}).items():
        rows.setdefault(name, {}).update(fields)
    page["data"] = [rows[name] for name in change.get("order") or [row["id"] for row in page["data"]]]
    page.update(change.get("meta", {}))


def main():
    query = sys.argv[1] if len(sys.argv) > 1 else "sort=-volume_usd_24h&per_page=20"
    left = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    page = {"data": []}
    try:
        for name, told in events(Client(), query):
            if name == "page":
                page = told
            elif name == "change":
                apply(told, page)
            first = page["data"][0] if page["data"] else {"id": "no rows", "last": ""}
            print(f"{name}: {first['id']} {first['last']}", flush=True)
            left -= 1
            if left == 0:
                return
    except urllib.error.HTTPError as problem:
        print(text_of(problem), file=sys.stderr)
        sys.exit(77 if problem.code == 404 else 1)
    sys.exit("the stream has ended")


main()
