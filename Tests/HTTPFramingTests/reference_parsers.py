"""Reads requests with llhttp (through httptools) and with nginx, for comparison with our own parser.

Reads a JSON array of strings, the requests in Latin-1, from standard input; writes a JSON array of objects with what
each parser made of them. `llhttp` is `ok N` (N complete requests), `wait` or `refused`; `nginx` lists the statuses
of its answers, `-` for none. Without httptools or nginx its key is missing.
"""

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time


def read_with_llhttp(request):
    import httptools

    class Handler:
        complete = 0

        def on_message_complete(self):
            self.complete += 1

    handler = Handler()
    parser = httptools.HttpRequestParser(handler)
    try:
        parser.feed_data(request)
    except httptools.HttpParserUpgrade:
        pass
    except httptools.HttpParserError:
        return "refused"
    return f"ok {handler.complete}" if handler.complete else "wait"


class Nginx:
    """One nginx worker that answers everything with 200 after it has read the body."""

    CONFIGURATION = """
        daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
        events {{ }}
        http {{
            access_log off; proxy_ignore_client_abort on; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
            fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
            server {{ listen unix:{folder}/socket; location / {{ proxy_pass http://unix:{folder}/inner; }} }}
            server {{ listen unix:{folder}/inner; return 200; }}
        }}
    """

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        folder = self.folder.name
        with open(f"{folder}/nginx.conf", "w") as file:
            file.write(self.CONFIGURATION.format(folder=folder))
        self.process = subprocess.Popen(["nginx", "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"])
        deadline = time.monotonic() + 10
        while not os.path.exists(f"{folder}/inner") and time.monotonic() < deadline:
            time.sleep(0.01)
        return self

    def __exit__(self, *_):
        # Not terminate: a test runner may have blocked that signal, and a child inherits it.
        self.process.kill()
        self.process.wait()
        self.folder.cleanup()

    def read(self, request):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(f"{self.folder.name}/socket")
        try:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        answer = b""
        connection.settimeout(2)
        try:
            while piece := connection.recv(65536):
                answer += piece
        except OSError:
            pass
        connection.close()
        return ",".join(status.decode() for status in re.findall(rb"HTTP/1\.1 (\d\d\d) ", answer)) or "-"


def main():
    requests = [text.encode("latin-1") for text in json.load(sys.stdin)]
    results = [{} for _ in requests]
    try:
        for request, result in zip(requests, results):
            result["llhttp"] = read_with_llhttp(request)
    except ImportError:
        pass
    try:
        with Nginx() as nginx:
            for request, result in zip(requests, results):
                result["nginx"] = nginx.read(request)
    except FileNotFoundError:
        pass
    json.dump(results, sys.stdout)


main()
