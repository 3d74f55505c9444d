"""load.py PORT SECONDS PEOPLE SEED: people who use everything for a while; then looks whether all that was accepted is there.

Each is a thread that does one thing after another, chosen by the seed. Whatever may pass is tried again; anything else is a failure.
"""

import hashlib
import random
import sys
import threading
import time
import traceback
import uuid
from collections import Counter

from client import Client, Failure, Gone

REPLY = "Hello, who asks? The kettle is red."


class Person(threading.Thread):
    def __init__(self, number, port, seed, deadline):
        super().__init__(daemon=True)
        self.counts = Counter()
        self.client = Client(port, self.counts)
        self.random = random.Random(f"{seed} {number}")
        self.deadline = deadline
        self.journals = {}
        self.files = {}
        self.failure = None

    def run(self):
        try:
            self.register()
            self.prepare()
            while time.monotonic() < self.deadline:
                deed = self.random.choices(
                    [self.chat, self.compute, self.sandbox, self.file, self.simulation, self.register_another], [30, 20, 15, 20, 10, 5])[0]
                deed()
                self.counts[deed.__name__] += 1
        except BaseException:
            self.failure = traceback.format_exc()

    # What people do.

    def register(self):
        self.email, password = f"{uuid.uuid4()}@example.com", "correct horse"

        def log_in():
            self.client.token = None
            again, self.client.log_in_again = self.client.log_in_again, None
            self.client.token = self.client.call("POST", "/api/v1/auth/login", {"email": self.email, "password": password})["access_token"]
            self.client.log_in_again = again

        try:
            self.client.call(
                "POST", "/api/v1/auth/register", {"email": self.email, "password": password, "display_name": "Ada"})
        except Gone:
            pass  # by an attempt whose answer was lost
        log_in()
        self.client.log_in_again = log_in

    def register_another(self):
        """Another account, in which nothing happens."""
        try:
            self.client.call(
                "POST", "/api/v1/auth/register",
                {"email": f"{uuid.uuid4()}@example.com", "password": "correct horse", "display_name": "Eve"})
        except Gone:
            pass  # by an attempt whose answer was lost

    def prepare(self):
        def agent(mode):
            return self.client.call("POST", "/api/v1/agents", {"name": mode, "instructions": "Be brief.", "mode": mode})["id"]

        self.agents = {mode: agent(mode) for mode in ["chat", "codeact"]}
        members = [
            {"name": name, "agent_id": self.agents["chat"], "role": "Expert", "goal": "Quality"} for name in ["anna", "bert"]]
        tasks = [
            {"name": name, "description": "Do it", "expected_output": "It", "member": member}
            for name, member in [("facts", "anna"), ("plan", "bert"), ("report", "anna")]]
        self.crew = self.client.call(
            "POST", "/api/v1/crews", {"name": "Team", "process": "sequential", "members": members, "tasks": tasks})["id"]
        self.scenario = self.client.call("POST", "/api/v1/scenarios", {"name": "Launch", "setting": "We launch a kettle."})["id"]

    def chat(self, mode="chat"):
        conversation = self.client.call("POST", "/api/v1/conversations", {"agent_id": self.agents[mode]})["id"]
        for _ in range(self.random.randint(1, 3)):
            receipt = self.client.call("POST", f"/api/v1/conversations/{conversation}/messages", {"content": mode})
            path = f"/api/v1/runs/{receipt['run']['id']}/events"
            self.journals[path] = "run.completed", None
            events = self.client.events(path, "run.completed", self.random.choice([None, 1, 3, 6]))
            self.journals[path] = "run.completed", digest(events)

    def compute(self):
        self.chat("codeact")

    def sandbox(self):
        # It dies with its process, and then is not there.
        try:
            sandbox = self.client.call("POST", "/api/v1/sandboxes", {"language": "python"})["id"]
            path = f"/api/v1/sandboxes/{sandbox}"
            for code, expected in [("x = 6 * 7", ""), ("print(x)", "42\n")]:
                result = self.client.call("POST", path + "/execute", {"language": "python", "code": code})
                if result["stdout"] != expected and result.get("exit_code") == 0:
                    raise Failure(f"{path}: {result}")
            self.client.call("DELETE", path)
        except Gone:
            self.counts["sandboxes gone"] += 1

    def file(self):
        content = self.random.randbytes(self.random.choice([10, 1000, 300_000]))
        made = self.client.call("POST", "/api/v1/files?name=data.bin", content, {"Content-Type": "application/octet-stream"})["id"]
        self.files[made] = content_digest(content)
        if self.random.random() < 0.5:
            name = self.random.choice(list(self.files))
            if content_digest(self.client.call("GET", f"/api/v1/files/{name}/content")) != self.files[name]:
                raise Failure(f"the file {name} is not what was sent")
        if len(self.files) > 20:
            name = self.random.choice(list(self.files))
            try:
                self.client.call("DELETE", f"/api/v1/files/{name}")
            except Gone:
                pass  # by an attempt whose answer was lost
            del self.files[name]

    def simulation(self):
        made = self.client.call("POST", "/api/v1/simulations", {"scenario_id": self.scenario, "crew_id": self.crew})["id"]
        path = f"/api/v1/simulations/{made}"
        self.journals[path + "/events"] = "simulation.completed", None
        self.client.events(path + "/events", "simulation.waiting", self.random.choice([None, 2, 5]))
        try:
            self.client.call("POST", path + "/complete", {})
        except Gone:
            pass  # by an attempt whose answer was lost
        events = self.client.events(path + "/events", "simulation.completed")
        self.journals[path + "/events"] = "simulation.completed", digest(events)
        tasks = self.client.call("GET", path)["summary"]["tasks"]
        if [(task["outcome"], task["output"]) for task in tasks] != [("completed", REPLY)] * 3:
            raise Failure(f"{path}: {tasks}")

    # What they have at the end.

    def verify(self):
        for path, (last, expected) in self.journals.items():
            events = self.client.events(path, last)
            if events[0][0] != 1 or expected is not None and digest(events) != expected:
                raise Failure(f"{path} reads otherwise than when it happened")
        for name, expected in self.files.items():
            if content_digest(self.client.call("GET", f"/api/v1/files/{name}/content")) != expected:
                raise Failure(f"the file {name} is not what was sent")
        if self.client.call("GET", "/api/v1/auth/me")["email"] != self.email:
            raise Failure(f"{self.email} is somebody else")


def content_digest(content):
    return hashlib.sha256(content).hexdigest()


def digest(events):
    return content_digest(repr(events).encode())


def main():
    port, seconds, people, seed = (int(argument) for argument in sys.argv[1:5])
    deadline = time.monotonic() + seconds
    crowd = [Person(number, port, seed, deadline) for number in range(people)]
    for person in crowd:
        person.start()
    for person in crowd:
        person.join()
    failures = [person.failure for person in crowd if person.failure]
    for person in crowd:
        if not person.failure:
            try:
                person.verify()
            except BaseException:
                failures.append(traceback.format_exc())
    total = sum((person.counts for person in crowd), Counter())
    journals, files = sum(len(person.journals) for person in crowd), sum(len(person.files) for person in crowd)
    print(", ".join(f"{name} {count}" for name, count in sorted(total.items())))
    print(f"{journals} journals and {files} files read again at the end, {len(failures)} failures")
    for failure in failures:
        print(failure)
    sys.exit(1 if failures or not journals else 0)


main()
