"""Makes the sandbox's proxy, which is a unix socket, reachable where programs look for one: at a port of the loopback address.

Blocks that arrive on descriptor 98 say nothing; each is answered on 99 with status 0, which tells that the port is open.
"""

import os
import selectors
import socket

CODE, RESULT = 98, 99
MOST = 65536
MOST_LINKS = 64


class End:
    """One end of a link: what is to be written to it, and whether it can still be read and written."""

    def __init__(self, sock):
        self.sock = sock
        self.waiting = b""
        self.ended = False
        self.shut = False
        self.other = None

    def write(self):
        try:
            self.waiting = self.waiting[self.sock.send(self.waiting):]
        except BlockingIOError:
            pass
        except OSError:
            self.give_up()

    def read(self):
        try:
            received = self.sock.recv(MOST)
        except BlockingIOError:
            return
        except OSError:
            self.give_up()
            received = b""
        self.ended = not received
        if not self.other.shut:
            self.other.waiting += received

    def give_up(self):
        """Nobody takes what is written to it; what was said before is still to be passed on, such as why a request is refused."""
        self.waiting = b""
        self.shut = True

    def shut_if_done(self):
        if self.other.ended and not self.waiting and not self.shut:
            self.shut = True
            try:
                self.sock.shutdown(socket.SHUT_WR)
            except OSError:
                pass


def watch(selector, end):
    """Asks for what an end can do now: be read while its other end takes it, be written while something waits."""
    events = 0
    if not end.ended and len(end.other.waiting) < MOST:
        events |= selectors.EVENT_READ
    if end.waiting:
        events |= selectors.EVENT_WRITE
    known = end.sock in selector.get_map()
    if events and known:
        selector.modify(end.sock, events, end)
    elif events:
        selector.register(end.sock, events, end)
    elif known:
        selector.unregister(end.sock)


def move(end, events):
    """Reads and writes what can be; false when nothing goes either way any more."""
    if events & selectors.EVENT_WRITE:
        end.write()
    if events & selectors.EVENT_READ:
        end.read()
    for side in (end, end.other):
        side.shut_if_done()
    return not (end.shut and end.other.shut)


class Relay:
    def __init__(self, path, port):
        self.path = path
        self.links = 0
        self.selector = selectors.DefaultSelector()
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", port))
        self.listener.listen(MOST_LINKS)
        self.listener.setblocking(False)
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.selector.register(CODE, selectors.EVENT_READ)

    def accept(self):
        client, _ = self.listener.accept()
        proxy = socket.socket(socket.AF_UNIX)
        try:
            if self.links >= MOST_LINKS:
                raise OSError("too many connections")
            proxy.connect(self.path)
        except OSError:
            client.close()
            proxy.close()
            return
        self.links += 1
        ends = [End(client), End(proxy)]
        for end, other in zip(ends, reversed(ends)):
            end.other = other
            end.sock.setblocking(False)
        for end in ends:
            watch(self.selector, end)

    def close(self, end):
        self.links -= 1
        for side in (end, end.other):
            if side.sock in self.selector.get_map():
                self.selector.unregister(side.sock)
            side.sock.close()

    def serve(self):
        while True:
            closed = set()
            for key, events in self.selector.select():
                if key.fileobj == CODE:
                    blocks = os.read(CODE, MOST)
                    if not blocks:
                        return
                    os.write(RESULT, b"0\n" * blocks.count(b"\0"))
                elif key.fileobj is self.listener:
                    self.accept()
                elif key.data not in closed:
                    if move(key.data, events):
                        watch(self.selector, key.data)
                        watch(self.selector, key.data.other)
                    else:
                        closed.update((key.data, key.data.other))
                        self.close(key.data)


if __name__ == "__main__":
    Relay(os.environ["EGRESS_SOCKET"], int(os.environ["EGRESS_PORT"])).serve()
