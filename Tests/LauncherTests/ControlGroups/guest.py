"""Shows, as the first process of a machine with version 2 of control groups alone, that the launcher limits, pauses, measures and ends by them.

As root in the group at the top, as a service that has a group of its own delegated to it, and as an ordinary user with such a group.
"""

import os
import socket
import struct
import subprocess
import sys
import time
import traceback

CONFIGURE, EVALUATE, PAUSE, RESUME, MEASURE = 1, 3, 21, 22, 23
READY, OUTPUT, DONE, END, EXITED, MEASURED = 65, 68, 69, 73, 75, 90
MEMORY, PROCESSES, CPU = 4, 8, 32
GROUPS = "/sys/fs/cgroup"


class Sandbox:
    """One sandbox over its socket; `group` is where its launcher is started, `user` who starts it."""

    def __init__(self, *settings, group="", user=None):
        self.socket, theirs = socket.socketpair()
        self.socket.settimeout(120)

        def enter():
            os.dup2(theirs.fileno(), 3)
            with open(f"{GROUPS}/{group}/cgroup.procs", "w") as file:
                file.write("0")

        prefix = ["/usr/bin/setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--"] if user else []
        self.process = subprocess.Popen([*prefix, "/root/launcher"], preexec_fn=enter, close_fds=False, env={"PATH": "/usr/bin"})
        theirs.close()
        self.received = b""
        self.number = 0
        line = "interpreter\tpython\t/root/sandbox-drivers/python.py\t/usr/bin/python3\t-B\t-s\t-X\tutf8"
        self.send(CONFIGURE, "\n".join([line, *settings]).encode())
        kind, body = self.receive()
        self.description = body.decode()
        assert kind == READY, self.description
        assert '"cgroup":"v2","memory_enforced":true' in self.description, self.description

    def send(self, kind, body):
        self.socket.sendall(struct.pack(">IB", len(body) + 1, kind) + body)

    def receive(self):
        while True:
            if len(self.received) >= 4:
                end = 4 + struct.unpack(">I", self.received[:4])[0]
                if len(self.received) >= end:
                    frame, self.received = self.received[4:end], self.received[end:]
                    return frame[0], frame[1:]
            data = self.socket.recv(65536)
            if not data:
                return EXITED, b""
            self.received += data

    def ask(self, kind, awaited):
        self.number += 1
        self.send(kind, struct.pack(">I", self.number))
        while True:
            answer, body = self.receive()
            assert answer in (OUTPUT, awaited), (answer, body)
            if answer == awaited:
                return body[4:]

    def begin(self, code, seconds=60):
        self.number += 1
        self.send(EVALUATE, struct.pack(">III", self.number, seconds * 1000, 6) + b"python" + code.encode())

    def finish(self):
        output = b""
        while True:
            kind, body = self.receive()
            if kind == OUTPUT:
                output += body[5:]
            elif kind == DONE:
                return {"outcome": body[4], "limits": body[5], "alive": body[6], "output": output.decode()}
            else:
                assert kind != EXITED, body

    def evaluate(self, code, seconds=60):
        self.begin(code, seconds)
        return self.finish()

    def measure(self):
        names = ("processor", "memory", "peak", "processes", "disk", "room")
        return dict(zip(names, struct.unpack(">6Q", self.ask(MEASURE, MEASURED))))

    def end(self):
        self.socket.close()
        self.process.wait()


def groups_left():
    return [name for _, folders, _ in os.walk(GROUPS) for name in folders if name.startswith("sandbox-")]


def check_memory(**place):
    sandbox = Sandbox("memory_bytes\t134217728", **place)
    many = """
import os, time
children = []
for i in range(8):
    child = os.fork()
    if child == 0:
        held = bytearray(50 * 2 ** 20)
        time.sleep(20)
        os._exit(0)
    children.append(child)
for child in children: os.waitpid(child, 0)
"""
    assert sandbox.evaluate(many)["limits"] & MEMORY
    usage = sandbox.measure()
    assert 1 << 20 < usage["memory"] <= usage["peak"] <= 134217728, usage
    assert sandbox.evaluate("1")["output"] == "1\n"
    sandbox.end()


def check_processes(**place):
    sandbox = Sandbox("processes\t24", **place)
    result = sandbox.evaluate("import os, time\nfor i in range(100):\n    if os.fork() == 0: time.sleep(1000)")
    assert result["limits"] & PROCESSES, result
    assert sandbox.measure()["processes"] <= 24
    sandbox.end()


def check_processor(**place):
    sandbox = Sandbox("cpu_percent\t20", **place)
    assert '"cpu_enforced":true' in sandbox.description, sandbox.description
    code = """
import time
began, until = time.monotonic(), time.process_time() + 0.4
while time.process_time() < until: pass
print(time.monotonic() - began > 1)
"""
    assert sandbox.evaluate(code)["output"] == "True\n"
    assert sandbox.measure()["processor"] > 400_000_000
    sandbox.end()
    sandbox = Sandbox("cpu_seconds\t1", **place)
    result = sandbox.evaluate("while True: pass")
    assert result["limits"] == CPU and not result["alive"], result
    sandbox.end()


def check_pause(**place):
    sandbox = Sandbox(**place)
    # It asks to be woken: what is frozen is not.
    sandbox.evaluate("""
import ctypes, os, signal, time
signal.signal(signal.SIGCONT, lambda *_: None)
class Event(ctypes.Structure): _fields_ = [('value', ctypes.c_void_p), ('signal', ctypes.c_int), ('kind', ctypes.c_int), ('rest', ctypes.c_char * 48)]
libc, timer, period = ctypes.CDLL(None), ctypes.c_void_p(), (ctypes.c_long * 4)(0, 10 ** 7, 0, 10 ** 7)
assert libc.timer_create(1, ctypes.byref(Event(signal=signal.SIGCONT)), ctypes.byref(timer)) == 0
assert libc.timer_settime(timer, 0, period, None) == 0
kept = 5
""")
    sandbox.begin("until = time.process_time() + 1\nwhile time.process_time() < until: pass\nprint('done', kept)", seconds=20)
    sandbox.ask(PAUSE, END)
    time.sleep(0.2)
    before = sandbox.measure()["processor"]
    time.sleep(1)
    used = sandbox.measure()["processor"] - before
    assert used < 50_000_000, used
    sandbox.ask(RESUME, END)
    assert sandbox.finish()["output"] == "done 5\n"
    sandbox.ask(PAUSE, END)
    sandbox.end()


def check_kill(**place):
    sandbox = Sandbox(**place)
    sandbox.evaluate("import os, time\nfor i in range(5):\n    if os.fork() == 0:\n        os.setsid()\n        time.sleep(1000)")
    sandbox.end()
    assert groups_left() == [], groups_left()
    sandbox = Sandbox(**place)
    sandbox.ask(PAUSE, END)
    sandbox.process.kill()
    sandbox.end()
    assert groups_left() != []
    subprocess.run(["/root/launcher", "--sweep"], check=True, preexec_fn=lambda: enter_group(place.get("group", "")))
    assert groups_left() == [], groups_left()


def enter_group(group):
    with open(f"{GROUPS}/{group}/cgroup.procs", "w") as file:
        file.write("0")


def delegate(name, user):
    """A group as systemd makes it with Delegate=yes and DelegateSubgroup=service."""
    for folder in (name, f"{name}/service"):
        os.mkdir(f"{GROUPS}/{folder}")
        for path in (folder, f"{folder}/cgroup.procs", f"{folder}/cgroup.subtree_control", f"{folder}/cgroup.threads"):
            os.chown(f"{GROUPS}/{path}", user, user)
    os.setxattr(f"{GROUPS}/{name}", "trusted.delegate", b"1")
    return f"{name}/service"


def main():
    with open(f"{GROUPS}/cgroup.subtree_control", "w") as file:
        file.write("+memory +pids +cpu")
    places = {
        "root, at the top": {},
        "root, in a group that is delegated": {"group": delegate("one", 0)},
        "an ordinary user, in a group that is delegated": {"group": delegate("two", 1000), "user": 1000},
    }
    for title, place in places.items():
        for check in (check_memory, check_processes, check_processor, check_pause, check_kill):
            check(**place)
            print(title + ":", check.__name__.removeprefix("check_"), flush=True)
    print("all of it works", flush=True)


try:
    main()
except BaseException:
    traceback.print_exc(file=sys.stdout)
sys.stdout.flush()
# Ends the machine.
libc = __import__("ctypes").CDLL(None)
libc.reboot(0x4321FEDC)
libc.reboot(0x1234567)
