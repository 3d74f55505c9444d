"""Measures the sandbox launcher through its own protocol: start, first and warm evaluations, the end, and what one costs in memory.

    measure.py LAUNCHER [ROUNDS]

The drivers are expected beside the launcher, in `sandbox-drivers`. A bare interpreter is started beside it for comparison.
"""

import os
import socket
import struct
import subprocess
import sys
import time

CONFIGURE, EVALUATE = 1, 3
READY, DONE = 65, 69
INTERPRETERS = {
    "python": ("python.py", "/usr/bin/python3", "-B", "-X", "utf8"),
    "javascript": ("javascript.cjs", "/usr/bin/node"),
    "bash": ("bash.sh", "/bin/bash", "--norc", "--noprofile"),
}
BARE = {
    "python": ["/usr/bin/python3", "-B", "-X", "utf8", "-c", "1"],
    "javascript": ["/usr/bin/node", "-e", "1"],
    "bash": ["/bin/bash", "--norc", "--noprofile", "-c", ":"],
}
CODE = {"python": b"1", "javascript": b"1", "bash": b":"}


class Sandbox:
    def __init__(self, launcher):
        self.socket, theirs = socket.socketpair()
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", f'exec "$0" 3<&{theirs.fileno()}', launcher], pass_fds=[theirs.fileno()], env={})
        theirs.close()
        self.received = b""
        drivers = os.path.join(os.path.dirname(launcher), "sandbox-drivers")
        lines = ["\t".join(["interpreter", name, os.path.join(drivers, driver), *command]) for name, (driver, *command) in INTERPRETERS.items()]
        self.send(CONFIGURE, "\n".join(lines).encode())
        kind, body = self.receive()
        assert kind == READY, body

    def send(self, kind, body):
        self.socket.sendall(struct.pack(">IB", len(body) + 1, kind) + body)

    def receive(self):
        while len(self.received) < 4 or len(self.received) < 4 + self.length():
            data = self.socket.recv(65536)
            assert data, "the launcher is gone"
            self.received += data
        end = 4 + self.length()
        frame, self.received = self.received[4:end], self.received[end:]
        return frame[0], frame[1:]

    def length(self):
        return struct.unpack(">I", self.received[:4])[0]

    def evaluate(self, language):
        name = language.encode()
        self.send(EVALUATE, struct.pack(">III", 1, 10_000, len(name)) + name + CODE[language])
        while self.receive()[0] != DONE:
            pass

    def end(self):
        self.socket.close()
        self.process.wait()


def show(title, seconds, unit=1e3, name="ms"):
    seconds = sorted(seconds)
    p50, p99 = seconds[len(seconds) // 2], seconds[len(seconds) * 99 // 100]
    print(f"{title:<44} p50 {p50 * unit:8.2f} {name}   p99 {p99 * unit:8.2f} {name}")


def timed(body):
    start = time.perf_counter()
    body()
    return time.perf_counter() - start


def main():
    launcher = os.path.abspath(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    print(f"load before: {open('/proc/loadavg').read().split()[0]} on {os.cpu_count()} processors")
    for language in INTERPRETERS:
        bare, start, first, warm, end = [], [], [], [], []
        for _ in range(rounds):
            bare.append(timed(lambda: subprocess.run(BARE[language], check=True)))
            began = time.perf_counter()
            sandbox = Sandbox(launcher)
            start.append(time.perf_counter() - began)
            first.append(timed(lambda: sandbox.evaluate(language)))
            warm += [timed(lambda: sandbox.evaluate(language)) for _ in range(10)]
            end.append(timed(sandbox.end))
        show(f"{language}: a bare interpreter, start to end", bare)
        show(f"{language}: sandbox ready", start)
        show(f"{language}: interpreter and first evaluation", first)
        show(f"{language}: warm evaluation", warm, 1e6, "µs")
        show(f"{language}: kill to the last process gone", end)
    began = time.perf_counter()
    for _ in range(rounds):
        sandbox = Sandbox(launcher)
        sandbox.evaluate("bash")
        sandbox.end()
    print(f"one after another, bash: {rounds / (time.perf_counter() - began):.0f} sandboxes a second")


if __name__ == "__main__":
    main()
