"""latency.py ROUNDS SECONDS NAME=URL…: how long answers take at 1,000 requests a second, and what each adds to the first.

The servers take turns. A request is sent when it is due, whether or not those before it were answered: a free connection is
taken, or a new one made. Its time is from sending to the last byte of the answer. Each percentile is the median of its values in the
rounds: ten slow answers, which one pause of the machine makes, would else be the 99th percentile of a thousand others.
"""

import gc
import os
import re
import select
import socket
import statistics
import sys
import time
from urllib.parse import urlsplit

RATE = 1000


class Server:
    def __init__(self, name, url):
        self.name = name
        place = urlsplit(url)
        self.address = (place.hostname, place.port)
        self.request = (
            f"GET {place.path} HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Bearer {os.environ['TOKEN']}\r\n\r\n"
        ).encode()
        self.free = [self.connect() for _ in range(16)]
        self.rounds = []

    def connect(self):
        connection = socket.create_connection(self.address)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def round(self, seconds, is_measured):
        """Sends RATE requests in each second, and waits for the answers to all."""
        sent = {}
        times = []
        count = int(seconds * RATE)
        start = time.perf_counter()
        while count > 0 or sent:
            due = start + (int(seconds * RATE) - count) / RATE
            wait = max(0.0, due - time.perf_counter()) if count > 0 else 5.0
            readable, _, _ = select.select(sent, [], [], wait)
            for connection in readable:
                self.receive(connection)
                elapsed = time.perf_counter() - sent.pop(connection)
                self.free.append(connection)
                times.append(elapsed)
            if count == 0 and not readable:
                sys.exit(f"{self.name} left {len(sent)} requests unanswered")
            if count > 0 and time.perf_counter() >= due:
                # In turn: a server closes one on which nothing comes for a minute.
                connection = self.free.pop(0) if self.free else self.connect()
                sent[connection] = time.perf_counter()
                connection.sendall(self.request)
                count -= 1
        if is_measured:
            self.rounds.append(sorted(times))

    def receive(self, connection):
        answer = connection.recv(4096)
        while True:
            head, separator, body = answer.partition(b"\r\n\r\n")
            if separator:
                length = int(re.search(rb"(?i)\ncontent-length: *(\d+)", head)[1])
                if not head.startswith(b"HTTP/1.1 200 "):
                    sys.exit(f"{self.name} answered {head.splitlines()[0]!r}")
                if len(body) >= length:
                    return
            more = connection.recv(4096)
            if not more:
                sys.exit(f"{self.name} closed a connection")
            answer += more

    def percentile(self, part):
        return statistics.median(times[int(part * (len(times) - 1))] for times in self.rounds) * 1000


def main():
    rounds, seconds = int(sys.argv[1]), float(sys.argv[2])
    servers = [Server(*argument.split("=", 1)) for argument in sys.argv[3:]]
    gc.disable()
    for server in servers:
        server.round(0.5, is_measured=False)
    for _ in range(rounds):
        for server in servers:
            server.round(seconds, is_measured=True)
    first = servers[0]
    for server in servers:
        middle, high = server.percentile(0.5), server.percentile(0.99)
        line = f"{server.name:<10} p50 {middle:.3f} ms, p99 {high:.3f} ms at {RATE} requests/s"
        if server is not first:
            line += f"; adds {middle - first.percentile(0.5):.3f} ms and {high - first.percentile(0.99):.3f} ms"
        print(line)


main()
