"""Those who ask for pages: wrk, and one connection that takes its own time."""

import json
import pathlib
import socket
import subprocess
import time

from parts import Failure


def questions(file, paths):
    """A file for wrk: paths that it asks in turn."""
    file.write_text("\n".join(paths) + "\n")
    return file


def start_wrk(port, file, seconds, connections):
    script = pathlib.Path(__file__).parent / "peers/questions.lua"
    return subprocess.Popen(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "-s", script,
         f"http://127.0.0.1:{port}", "--", file], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def end_wrk(process):
    said, problem = process.communicate()
    if process.returncode or not said.strip().endswith("}"):
        raise Failure(f"wrk: {problem or said}")
    return json.loads(said.strip().split("\n")[-1])


def wrk(port, file, seconds, connections):
    """{requests, seconds, p50, p99 (ms), failed, refused}."""
    return end_wrk(start_wrk(port, file, seconds, connections))


class Caller:
    """Asks on one connection, one question after the other, with as little of its own as Python can."""

    def __init__(self, port):
        self.link = socket.create_connection(("127.0.0.1", port))
        self.link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, path):
        """The seconds until the whole answer was there, and whether its status is 200."""
        question = f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode()
        began = time.perf_counter()
        self.link.sendall(question)
        got = b""
        while not (head := got.partition(b"\r\n\r\n"))[1]:
            got += self.receive()
        length = next(int(line[15:]) for line in head[0].lower().split(b"\r\n")
                      if line.startswith(b"content-length:"))
        missing = length - len(head[2])
        while missing > 0:
            missing -= len(self.receive())
        return time.perf_counter() - began, got.startswith(b"HTTP/1.1 200 ")

    def receive(self):
        got = self.link.recv(1 << 18)
        if not got:
            raise ConnectionResetError("the daemon closed the connection")
        return got
