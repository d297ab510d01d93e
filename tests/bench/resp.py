"""Questions to a Redis on a Unix socket, for benchmarks that look at what is stored."""

import socket


class Store:
    def __init__(self, path):
        self.link = socket.socket(socket.AF_UNIX)
        self.link.connect(str(path))
        self.replies = self.link.makefile("rb", buffering=1 << 16)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.replies.close()
        self.link.close()

    def ask(self, *words):
        return self.ask_all([words])[0]

    def ask_all(self, commands):
        """The replies, in order: bytes, int, list or None. An error reply is raised."""
        self.link.sendall(b"".join(encode(command) for command in commands))
        return [self.reply() for _ in commands]

    def reply(self):
        line = self.replies.readline()
        kind, rest = line[:1], line[1:-2]
        if kind == b"-" or not kind:
            raise OSError(rest.decode() or "Redis closed the connection")
        if kind == b"+":
            return rest
        if kind == b":":
            return int(rest)
        if int(rest) < 0:
            return None
        if kind == b"$":
            return self.replies.read(int(rest) + 2)[:-2]
        return [self.reply() for _ in range(int(rest))]

    def info(self, section):
        """{field: text} of INFO, in lower case."""
        lines = self.ask("INFO", section).decode().lower().split("\r\n")
        return dict(line.split(":", 1) for line in lines if ":" in line)

    def keys(self, pattern):
        found, cursor = [], b"0"
        while True:
            cursor, some = self.ask("SCAN", cursor, "MATCH", pattern, "COUNT", 1000)
            found += some
            if cursor == b"0":
                return found


def encode(words):
    sent = [word if isinstance(word, bytes) else str(word).encode() for word in words]
    return b"*%d\r\n" % len(sent) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in sent)
