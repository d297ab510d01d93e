"""A client of a tickboard daemon: Python 3.9 or newer, the standard library alone.

    client = Client()                       # TICKBOARD_URL and TICKBOARD_API_KEY of the environment
    client.get("/v1/markets", quote="USDT", sort="-last")["data"]
    for row in client.rows("/v1/markets", quote="USDT", sort="id"): ...
"""
import json
import os
import re
import time
import urllib.error
import urllib.parse
import urllib.request


class Refused(Exception):
    """The daemon says what is wrong with the question."""


class Client:
    def __init__(self, url=None, key=None, tries=30):
        self.url = (url or os.environ.get("TICKBOARD_URL") or "http://127.0.0.1:8080").rstrip("/")
        self.key = key or os.environ.get("TICKBOARD_API_KEY")
        self.tries = tries
        self.known = {}  # target -> (ETag, headers, body): the last 100 answers
        self.unchanged = False  # the last answer was a 304

    def get(self, target, **parameters):
        """The answer's JSON. Says nothing new (304) at the price of a few bytes."""
        return self.answer(target_of(target, parameters))[1]

    def rows(self, target, **parameters):
        """Each row of each page, by the Link headers."""
        wanted = target_of(target, parameters)
        while wanted:
            headers, body = self.answer(wanted)
            yield from body["data"]
            found = re.search(r'<([^>]*)>; rel="next"', headers.get("Link", ""))
            wanted = found and found.group(1)

    def answer(self, target):
        """(headers, JSON). Asks again while the daemon says "not now" (429, 503) or does not listen."""
        for left in reversed(range(self.tries)):
            try:
                return self.ask(target)
            except urllib.error.HTTPError as problem:
                if problem.code not in (429, 503) or left == 0:
                    raise Refused(text_of(problem)) from None
                pause = int(problem.headers.get("Retry-After", 1))
            except OSError:  # refused, reset, timed out
                if left == 0:
                    raise
                pause = 1
            time.sleep(pause)
        raise ValueError("tries must be positive")

    def ask(self, target):
        request = self.request(target)
        known = self.known.get(target)
        if known:
            request.add_header("If-None-Match", known[0])
        self.unchanged = False
        try:
            with urllib.request.urlopen(request, timeout=10) as reply:
                headers, body = reply.headers, json.load(reply)
        except urllib.error.HTTPError as problem:
            if problem.code != 304 or not known:
                raise
            self.unchanged = True
            return known[1:]
        if headers.get("ETag"):
            self.known.pop(target, None)
            self.known[target] = (headers["ETag"], headers, body)
            if len(self.known) > 100:
                self.known.pop(next(iter(self.known)))
        return headers, body

    def request(self, target, accept="application/json"):
        request = urllib.request.Request(self.url + target, headers={"Accept": accept})
        if self.key:
            request.add_header("Authorization", f"Bearer {self.key}")
        return request


def target_of(target, parameters):
    return target + ("?" + urllib.parse.urlencode(parameters) if parameters else "")


def text_of(problem):
    """Title and detail of a problem (RFC 9457)."""
    try:
        told = json.load(problem)
        return f"{told['title']}: {told['detail']}"
    except (ValueError, KeyError):
        return f"HTTP status {problem.code}"
