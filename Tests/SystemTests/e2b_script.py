"""What a user of E2B's Python packages does, with nothing of them changed. The environment names the server and the key."""

import time

from e2b import CommandExitException, NotFoundException, SandboxQuery, SandboxState
from e2b_code_interpreter import Sandbox

sandbox = Sandbox.create(timeout=120, metadata={"made by": "a script"}, envs={"GREETING": "hello"})
assert sandbox.is_running()
info = sandbox.get_info()
assert info.metadata == {"made by": "a script"}, info

# Code keeps its variables, and gives values, output, errors and pictures.
assert sandbox.run_code("x = 20 + 1").error is None
execution = sandbox.run_code("print('printed'); x * 2")
assert execution.text == "42" and execution.logs.stdout == ["printed\n"], execution
assert sandbox.run_code("import os; os.environ['GREETING']").text == "'hello'"
failed = sandbox.run_code("1 / 0")
assert failed.error.name == "ZeroDivisionError" and "1 / 0" in failed.error.traceback, failed
shown = sandbox.run_code("class Shown:\n    def _repr_html_(self): return '<b>'\nShown()").results[0]
assert shown.html == "<b>" and shown.is_main_result
assert sandbox.run_code("[1, 2].length", language="javascript").text == "2"
assert sandbox.run_code("echo $GREETING", language="bash").logs.stdout == ["hello\n"]
assert sandbox.run_code("import os; os.environ['ONLY']", envs={"ONLY": "here"}).text == "'here'"
seen = []
sandbox.run_code("for i in range(3): print(i)", on_stdout=lambda message: seen.append(message.line))
assert "".join(seen) == "0\n1\n2\n"

# Contexts do not see each other.
context = sandbox.create_code_context(cwd="/tmp")
assert sandbox.run_code("import os; os.getcwd(), 'x' in globals()", context=context).text == "('/tmp', False)"
assert context.id in [one.id for one in sandbox.list_code_contexts()]
sandbox.restart_code_context(context)
sandbox.remove_code_context(context)

# Commands.
result = sandbox.commands.run("echo $GREETING $OWN; pwd; echo wrong >&2", envs={"OWN": "too"}, cwd="/tmp")
assert (result.stdout, result.stderr, result.exit_code) == ("hello too\n/tmp\n", "wrong\n", 0), result
try:
    sandbox.commands.run("exit 3")
    raise AssertionError("exit 3 is no success")
except CommandExitException as error:
    assert error.exit_code == 3
background = sandbox.commands.run("cat; echo done", background=True, stdin=True)
assert background.pid in [process.pid for process in sandbox.commands.list()]
sandbox.commands.send_stdin(background.pid, "typed\n")
sandbox.commands.close_stdin(background.pid)
assert background.wait().stdout == "typed\ndone\n"
sleeping = sandbox.commands.run("sleep 1000", background=True)
assert sandbox.commands.kill(sleeping.pid) and not sandbox.commands.kill(99999)

# A terminal.
lines = []
terminal = sandbox.pty.create(size=__import__("e2b").PtySize(rows=30, cols=100), timeout=60)
sandbox.pty.send_stdin(terminal.pid, b"stty size; exit\n")
try:
    terminal.wait(on_pty=lambda data: lines.append(data))
except CommandExitException:
    pass
assert b"30 100" in b"".join(lines), lines

# Files.
assert sandbox.files.make_dir("data/deep") and not sandbox.files.make_dir("data/deep")
written = sandbox.files.write("data/a.txt", "text")
assert written.path == "/home/user/data/a.txt", written
sandbox.files.write_files([{"path": "data/b.bin", "data": b"\0\r\n--" * 100_000}, {"path": "/tmp/c.txt", "data": "c"}])
assert sandbox.files.read("data/a.txt") == "text"
assert bytes(sandbox.files.read("data/b.bin", format="bytes")) == b"\0\r\n--" * 100_000
assert b"".join(sandbox.files.read("data/b.bin", format="stream")) == b"\0\r\n--" * 100_000
assert sorted(entry.name for entry in sandbox.files.list("data")) == ["a.txt", "b.bin", "deep"]
assert sandbox.files.get_info("/tmp/c.txt").size == 1
assert sandbox.files.rename("data/a.txt", "data/deep/a.txt").path == "/home/user/data/deep/a.txt"
assert sandbox.files.exists("data/deep/a.txt") and not sandbox.files.exists("data/a.txt")
watch = sandbox.files.watch_dir("data")
sandbox.files.write("data/new.txt", "1")
events = []
for _ in range(600):
    events += watch.get_new_events()
    if any(event.name == "new.txt" for event in events):
        break
    time.sleep(0.05)
assert any(event.name == "new.txt" for event in events), events
watch.stop()
sandbox.files.remove("data")
try:
    sandbox.files.read("data/b.bin")
    raise AssertionError("a file that was removed is there")
except NotFoundException:
    pass

# Life.
sandbox.set_timeout(300)
mine = {"made by": "a script"}


def states(*wanted):
    listed = Sandbox.list(query=SandboxQuery(metadata=mine, state=list(wanted) or None)).next_items()
    return [(one.sandbox_id == sandbox.sandbox_id, one.state) for one in listed]


measured = sandbox.get_metrics()
assert len(measured) == 1 and measured[0].mem_used > 0 and measured[0].disk_total > 0, measured
assert states(SandboxState.RUNNING) == [(True, SandboxState.RUNNING)] and states(SandboxState.PAUSED) == []
sandbox.pause()
assert sandbox.get_info().state == SandboxState.PAUSED
assert states(SandboxState.PAUSED) == [(True, SandboxState.PAUSED)] and states(SandboxState.RUNNING) == []
assert states(SandboxState.PAUSED, SandboxState.RUNNING) == states() == [(True, SandboxState.PAUSED)]
again = Sandbox.connect(sandbox.sandbox_id)
assert again.run_code("x").text == "21"
assert again.get_info().state == SandboxState.RUNNING and states() == [(True, SandboxState.RUNNING)]
assert sandbox.kill()
assert not sandbox.is_running()
assert not Sandbox.kill(sandbox.sandbox_id)
print("all of it works")
