"""Calls to the API that go on whatever dies behind it, or at its front."""

import http.client
import json
import time
import uuid

PATIENCE = 120
# What a client may meet while a service is away, and should try again.
PASSING = {429, 502, 503, 504}


class Failure(Exception):
    """Something that must not happen."""


class Gone(Exception):
    """What was asked for is not there."""


class Client:
    """Somebody who calls. `counts` says how often a call had to be made again."""

    def __init__(self, port, counts):
        self.port = port
        self.counts = counts
        self.connection = None
        self.token = None
        self.log_in_again = None

    def once(self, method, path, body, fields):
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        fields = dict(fields)
        if self.token:
            fields["Authorization"] = "Bearer " + self.token
        self.connection.request(method, path, body, fields)
        return self.connection.getresponse()

    def drop(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def open(self, method, path, body=None, fields=()):
        """The first answer that is not a passing one, with its body still to be read."""
        fields = dict(fields)
        if method == "POST":
            # Whether an attempt that got no answer was carried out is not known: the key makes the next one safe.
            fields.setdefault("Idempotency-Key", str(uuid.uuid4()))
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                answer = self.once(method, path, body, fields)
                if answer.status == 401 and self.log_in_again:
                    answer.read()
                    self.log_in_again()
                elif answer.status not in PASSING:
                    return answer
                else:
                    reason = f"{answer.status} {answer.read()[:300]!r}"
            except (OSError, http.client.HTTPException) as error:
                self.drop()
                reason = repr(error)
            if time.monotonic() > deadline:
                raise Failure(f"{method} {path}: no answer in {PATIENCE} s, at last {reason}")
            self.counts["again"] += 1
            time.sleep(0.1)

    def call(self, method, path, body=None, fields=(), expected=(200, 201, 202, 204)):
        """The body of a successful answer. What broke off in the middle is asked for again."""
        fields = dict(fields)
        if body is not None and not isinstance(body, bytes):
            body, fields["Content-Type"] = json.dumps(body).encode(), "application/json"
        if method == "POST":
            fields.setdefault("Idempotency-Key", str(uuid.uuid4()))
        for _ in range(100):
            answer = self.open(method, path, body, fields)
            try:
                content = answer.read()
            except (OSError, http.client.HTTPException):
                self.drop()
                self.counts["again"] += 1
                continue
            if answer.status in (404, 409, 410):
                raise Gone(f"{method} {path}: {answer.status} {content[:300]!r}")
            if answer.status not in expected:
                raise Failure(f"{method} {path}: {answer.status} {content[:300]!r}")
            if answer.getheader("Content-Type", "").startswith("application/json"):
                return json.loads(content)
            return content
        raise Failure(f"{method} {path}: broke off a hundred times")

    def events(self, path, last, cut=None):
        """Reads a journal until an event of the type `last`, going on after the last event whenever the stream breaks; `cut` breaks
        it itself after so many events. What was taken back is left out. Returns (number, type, data) of each."""
        seen = []
        deadline = time.monotonic() + PATIENCE
        while not (seen and seen[-1][1] == last):
            if time.monotonic() > deadline:
                raise Failure(f"{path}: no {last} in {PATIENCE} s, at last {seen[-1:]}")
            fields = {"Accept": "text/event-stream"}
            if seen:
                fields["Last-Event-ID"] = str(seen[-1][0])
            answer = self.open("GET", path, None, fields)
            if answer.status != 200:
                raise Failure(f"{path} after {seen[-1:]}: {answer.status} {answer.read()[:300]!r}")
            try:
                for event in parse(answer):
                    add(seen, event, path)
                    if event[1].endswith((".failed", ".cancelled")):
                        raise Failure(f"{path}: {event}")
                    if event[1] == last or len(seen) == cut:
                        cut = None
                        break
            except (OSError, http.client.HTTPException):
                pass
            self.drop()
            self.counts["streams"] += 1
        return seen


def parse(answer):
    number, kind, data = None, None, []
    for line in answer:
        line = line.decode().rstrip("\n")
        if line.startswith("id: "):
            number = int(line[4:])
        elif line.startswith("event: "):
            kind = line[7:]
        elif line.startswith("data: "):
            data.append(line[6:])
        elif line == "" and kind is not None:
            yield number, kind, "\n".join(data)
            kind, data = None, []


def add(seen, event, path):
    if event[1] == "model.restarted":
        # The call was lost with its process: what it had shown is void.
        void = json.loads(event[2])["void"]
        seen[:] = [other for other in seen if not void["from"] <= other[0] <= void["to"]]
    elif seen and event[0] != seen[-1][0] + 1:
        raise Failure(f"{path}: event {event[0]} follows {seen[-1][0]}")
    seen.append(event)
