"""The world that documents speak of: a demo, a Redis, and a directory that looks like a clone."""
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

PATIENCE = 60  # seconds until something that must come is given up


def free_port():
    """Below those that the system gives to connections: it may take long until a document listens there."""
    while True:
        port = random.randrange(10_240, 32_768)
        with socket.socket() as one:
            try:
                one.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


class World:
    """The demo, for all documents."""

    def __init__(self, program):
        self.program = os.path.abspath(program)
        self.directory = tempfile.mkdtemp(prefix="tickboard-docs-")
        self.port = free_port()
        self.printed = os.path.join(self.directory, "demo.out")
        with open(self.printed, "wb") as out:
            self.demo = subprocess.Popen([self.program, "demo", "--listen", f"127.0.0.1:{self.port}"],
                                         stdin=subprocess.DEVNULL, stdout=out)
        self.wait(lambda: b"Ctrl-C" in open(self.printed, "rb").read(), "the demo has printed its addresses")
        self.wait(lambda: self.get("/v1/assets?min_price_usd=0") and self.get("/v1/movers"), "assets are known")

    def get(self, target):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{target}", timeout=10) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def wait(self, reached, what):
        deadline = time.monotonic() + PATIENCE
        while not reached():
            if self.demo.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"waited in vain until {what}")
            time.sleep(0.05)

    def close(self):
        self.demo.send_signal(signal.SIGTERM)
        self.demo.wait(PATIENCE)
        shutil.rmtree(self.directory, ignore_errors=True)


class Clone:
    """One document's directory, its Redis and its addresses."""

    def __init__(self, world, root, name):
        self.directory = os.path.join(world.directory, name.replace("/", "-"))
        os.makedirs(os.path.join(self.directory, "build/release"))
        os.makedirs(os.path.join(self.directory, "bin"))
        for one in os.listdir(root):
            if one[0] != "." and one not in ("build", "run", "test"):
                os.symlink(os.path.join(root, one), os.path.join(self.directory, one))
        os.symlink(world.program, os.path.join(self.directory, "build/release/tickboard"))
        os.symlink(os.path.join(os.path.dirname(world.program), "web"), os.path.join(self.directory, "build/release/web"))
        os.symlink(world.program, os.path.join(self.directory, "bin/tickboard"))
        with open(os.path.join(self.directory, "run"), "w", encoding="utf-8") as script:
            script.write(f"#!/bin/sh\ncat {world.printed}\n")
        os.chmod(os.path.join(self.directory, "run"), 0o755)
        self.ports = {"8080": world.port, "6379": free_port()}
        self.redis = subprocess.Popen(["redis-server", "--port", str(self.ports["6379"]), "--bind", "127.0.0.1", "--save", "", "--dir",
                                       self.directory, "--logfile", "redis.log"])

    def real(self, text):
        """The addresses of the document as they are here."""
        def replace(found):
            port = found.group(2)
            if port not in self.ports:
                self.ports[port] = free_port()
            return f"{found.group(1)}:{self.ports[port]}"
        return re.sub(r"(127\.0\.0\.1|localhost):([1-9]\d{2,4})\b", replace, text)

    def told(self, text):
        """What came, in the addresses of the document."""
        for shown, port in self.ports.items():
            text = re.sub(rf"\b{port}\b", shown, text)
        return text

    def close(self):
        self.redis.terminate()
        self.redis.wait(PATIENCE)
