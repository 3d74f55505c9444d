"""Sends one HTTP request through the sandbox's proxy, which speaks TLS outside, and prints the answer as JSON."""

import base64
import http.client
import json
import sys

# Of what is printed: more would be beyond the sandbox's output.
MOST = 1_000_000


def text_or_base64(body, content_type, is_cut):
    charset = "utf-8"
    for part in content_type.split(";")[1:]:
        name, _, value = part.strip().partition("=")
        if name.lower() == "charset":
            charset = value.strip("\"' ")
    try:
        return {"body": body.decode(charset)}
    except UnicodeDecodeError as error:
        # The cut may lie within a character.
        if is_cut and len(body) - error.start < 4:
            return {"body": body[:error.start].decode(charset)}
    except LookupError:
        pass
    return {"body_base64": base64.b64encode(body).decode()}


def send(arguments):
    proxy = http.client.HTTPConnection("127.0.0.1", 3128, timeout=120)
    headers = arguments.get("headers") or {}
    if not any(name.lower() == "user-agent" for name in headers):
        headers["User-Agent"] = "http_request"
    body = arguments.get("body")
    if body is not None and not any(name.lower() == "content-type" for name in headers):
        headers["Content-Type"] = "application/json" if body[:1] in "{[" else "text/plain; charset=utf-8"
    method = (arguments.get("method") or "GET").upper()
    proxy.request(method, arguments["url"], body.encode() if body is not None else None, headers)
    answer = proxy.getresponse()
    content = answer.read(MOST + 1)
    if answer.status >= 400 and content.startswith(b"egress proxy: "):
        sys.exit(content.decode().strip())
    result = {"status": answer.status, "headers": {name.lower(): value for name, value in answer.getheaders()}}
    shown = MOST
    while True:
        is_cut = len(content) > shown
        body = text_or_base64(content[:shown], answer.getheader("content-type", ""), is_cut)
        line = json.dumps(result | body | {"truncated": is_cut}, ensure_ascii=False)
        size = len(line.encode())
        if size <= MOST or shown == 0:
            return line
        # As JSON it is longer than it came.
        shown = shown * MOST // size


try:
    print(send(json.loads(base64.b64decode(ARGUMENTS))))
except (OSError, http.client.HTTPException, ValueError) as error:
    sys.exit(f"{type(error).__name__}: {error}")
