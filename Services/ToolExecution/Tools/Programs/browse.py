"""Opens a page in Chromium, which reaches the outside through the sandbox's proxy only, does the steps that it is told, and prints what is
to be seen as JSON. A screenshot is saved with the results.

Chromium is driven over its debugging pipe: JSON objects, each ended by a zero byte, that it reads from descriptor 3 and writes to 4.
"""

import base64
import json
import os
import select
import sys
import time

PROXY = "127.0.0.1:3128"
LONGEST_MESSAGE = 64 << 20
MOST_DIALOGS = 10
SETTLED, LONGEST_LOAD, LONGEST_ANSWER = 0.4, 30, 30
KEYS = {"Enter": 13, "Tab": 9, "Escape": 27, "ArrowDown": 40, "ArrowUp": 38, "PageDown": 34, "PageUp": 33}

# What it has for its own safety are namespaces, which a sandbox cannot have within: what holds a page that has broken out of it is the
# sandbox, whose only content it is.
FLAGS = [
    "--headless", "--no-sandbox", "--no-zygote", "--disable-gpu", "--remote-debugging-pipe", "--user-data-dir=/tmp/profile",
    "--proxy-server=http://" + PROXY, "--proxy-bypass-list=<-loopback>", "--disable-quic", "--disable-features=EncryptedClientHello",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions", "--disable-breakpad",
    "--disable-domain-reliability", "--no-first-run", "--no-default-browser-check", "--mute-audio", "--hide-scrollbars",
    "--force-color-profile=srgb", "--window-size=1280,900", "about:blank",
]
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>/usr/share/fonts</dir><cachedir>/tmp/fonts</cachedir></fontconfig>"""

# In the page: the place of the first element that a selector finds, brought into sight.
PLACE = """(selector => {
    const element = document.querySelector(selector);
    if (!element) return null;
    element.scrollIntoView({block: 'center', inline: 'center', behavior: 'instant'});
    const box = element.getBoundingClientRect();
    return {x: box.x + box.width / 2, y: box.y + box.height / 2};
})(%s)"""
FOCUS = """(selector => {
    const element = document.querySelector(selector);
    if (!element) return null;
    element.focus();
    if (element.select) element.select();
    return true;
})(%s)"""


class Failure(Exception):
    pass


class Browser:
    """Chromium with one page."""

    def __init__(self, program):
        with open("/tmp/fonts.conf", "w") as file:
            file.write(FONTS)
        read, write = os.pipe()
        self.read, other = os.pipe()
        self.write = write
        environment = {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "FONTCONFIG_FILE": "/tmp/fonts.conf", "LANG": "C.UTF-8"}
        nothing = os.open("/dev/null", os.O_RDWR)
        places = [(os.POSIX_SPAWN_DUP2, end, place) for end, place in ((nothing, 0), (nothing, 1), (nothing, 2), (read, 93), (other, 94))]
        places += [(os.POSIX_SPAWN_DUP2, 93, 3), (os.POSIX_SPAWN_DUP2, 94, 4)]
        os.posix_spawn(program, [program, *FLAGS], environment, file_actions=places)
        for end in (read, other, nothing):
            os.close(end)
        self.received = bytearray()
        self.number = 0
        self.session = None
        self.loading = set()
        self.changed = time.monotonic()
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.ask("Page.enable")
        # A dialog would keep everything waiting.
        self.dialogs = []

    def receive(self, deadline):
        """The next message; None when there is none in time."""
        while True:
            end = self.received.find(b"\0")
            if end >= 0:
                message = json.loads(self.received[:end])
                del self.received[:end + 1]
                return message
            if len(self.received) > LONGEST_MESSAGE:
                raise Failure("the browser says too much at once")
            ready, _, _ = select.select([self.read], [], [], max(0, deadline - time.monotonic()))
            if not ready:
                return None
            data = os.read(self.read, 1 << 16)
            if not data:
                raise Failure("the browser has ended")
            self.received += data

    def send(self, method, parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.write, data):]
        return self.number

    def ask(self, method, **parameters):
        number = self.send(method, parameters)
        deadline = time.monotonic() + LONGEST_ANSWER
        while True:
            message = self.receive(deadline)
            # A page that never falls silent is no answer either.
            if message is None or (message.get("id") != number and time.monotonic() > deadline):
                raise Failure(f"the browser does not answer {method}")
            if message.get("id") == number:
                if "error" in message:
                    raise Failure(f"{method}: {message['error'].get('message')}")
                return message["result"]
            self.note(message)

    def note(self, message):
        """Follows what the page does by itself."""
        method, parameters = message.get("method"), message.get("params", {})
        if method == "Page.frameStartedLoading":
            self.loading.add(parameters["frameId"])
            self.changed = time.monotonic()
        elif method in ("Page.frameStoppedLoading", "Page.frameDetached"):
            self.loading.discard(parameters["frameId"])
            self.changed = time.monotonic()
        elif method == "Page.javascriptDialogOpening":
            if len(self.dialogs) < MOST_DIALOGS:
                self.dialogs.append(parameters.get("message", "")[:1000])
            self.send("Page.handleJavaScriptDialog", {"accept": False})

    def settle(self):
        """Waits until nothing has been loading for a moment, or for long enough."""
        self.changed = time.monotonic()
        deadline = self.changed + LONGEST_LOAD
        while time.monotonic() < deadline:
            if not self.loading and time.monotonic() - self.changed >= SETTLED:
                return
            message = self.receive(min(deadline, time.monotonic() + SETTLED / 4))
            if message is not None:
                self.note(message)

    def evaluate(self, expression):
        result = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True, timeout=10_000)
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise Failure(details.get("exception", {}).get("description") or details.get("text", "the page's script failed"))
        return result["result"].get("value")

    def open(self, url):
        error = self.ask("Page.navigate", url=url).get("errorText")
        if error:
            raise Failure(f"{url}: {error}" + (" (not allowed by the grant, or not there)" if "TUNNEL" in error else ""))
        self.settle()

    def find(self, script, selector):
        found = self.evaluate(script % json.dumps(selector))
        if found is None:
            raise Failure(f"nothing on the page matches {selector}")
        return found

    def click(self, selector):
        place = self.find(PLACE, selector)
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, x=place["x"], y=place["y"], button="left", clickCount=1)
        self.settle()

    def fill(self, selector, text):
        self.find(FOCUS, selector)
        self.ask("Input.insertText", text=text)

    def press(self, key):
        if key not in KEYS:
            raise Failure(f"{key} is none of " + ", ".join(KEYS))
        for kind in ("keyDown", "keyUp"):
            text = {"text": "\r"} if key == "Enter" and kind == "keyDown" else {}
            self.ask("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=KEYS[key], **text)
        self.settle()

    def screenshot(self, path):
        with open(path, "wb") as file:
            file.write(base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"]))


def perform(browser, step):
    if "open" in step:
        browser.open(step["open"])
    elif "click" in step:
        browser.click(step["click"])
    elif "fill" in step:
        browser.fill(step["fill"], step.get("text") or "")
    elif "press" in step:
        browser.press(step["press"])
    else:
        raise Failure("a step is one of open, click, fill and press")


def browse(arguments, program):
    browser = Browser(program)
    browser.open(arguments["url"])
    failure = None
    for number, step in enumerate(arguments.get("steps") or [], 1):
        try:
            perform(browser, step)
        except Failure as error:
            failure = f"step {number}: {error}"
            break
    most = arguments.get("max_characters") or 20_000
    text = browser.evaluate("document.body ? document.body.innerText : ''") or ""
    result = {"url": browser.evaluate("location.href"), "title": browser.evaluate("document.title"), "text": text[:most]}
    if len(text) > most:
        result["cut_off"] = f"{most} of {len(text)} characters"
    if browser.dialogs:
        result["dialogs"] = browser.dialogs
    if arguments.get("screenshot"):
        os.makedirs("/home/user/out", exist_ok=True)
        browser.screenshot("/home/user/out/screenshot.png")
        result["screenshot"] = "screenshot.png"
    print(json.dumps(result, ensure_ascii=False))
    if failure:
        sys.exit(failure)


try:
    browse(json.loads(base64.b64decode(ARGUMENTS)), PROGRAM)
except (Failure, OSError, ValueError, KeyError) as error:
    sys.exit(str(error) if isinstance(error, Failure) else f"{type(error).__name__}: {error}")
