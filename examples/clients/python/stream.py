#!/usr/bin/env python3
"""Follows a view (Server-Sent Events): prints each event's name and how much it holds.

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


def main():
    query = sys.argv[1] if len(sys.argv) > 1 else "sort=-volume_usd_24h&per_page=20"
    left = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    try:
        for name, told in events(Client(), query):
            print(f"{name}: {len(told.get('data', told.get('rows', [])))} rows", flush=True)
            left -= 1
            if left == 0:
                return
    except urllib.error.HTTPError as problem:
        print(text_of(problem), file=sys.stderr)
        sys.exit(77 if problem.code == 404 else 1)
    sys.exit("the stream has ended")


main()
