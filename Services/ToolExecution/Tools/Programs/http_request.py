"""Sends one HTTP request through the sandbox's proxy, which speaks TLS outside, and prints the answer as JSON."""

import base64
import http.client
import json
import sys

MOST = 1_000_000


def text_or_base64(body, content_type):
    charset = "utf-8"
    for part in content_type.split(";")[1:]:
        name, _, value = part.strip().partition("=")
        if name.lower() == "charset":
            charset = value.strip("\"' ")
    try:
        return {"body": body.decode(charset)}
    except (LookupError, UnicodeDecodeError):
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
    result.update(text_or_base64(content[:MOST], answer.getheader("content-type", "")))
    result["truncated"] = len(content) > MOST
    return result


try:
    print(json.dumps(send(json.loads(base64.b64decode(ARGUMENTS))), ensure_ascii=False))
except (OSError, http.client.HTTPException, ValueError) as error:
    sys.exit(f"{type(error).__name__}: {error}")
