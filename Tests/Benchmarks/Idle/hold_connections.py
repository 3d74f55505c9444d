"""hold_connections.py PORT COUNT: makes connections, has one request answered on each, prints how many, and holds them while it is
let live."""

import signal
import socket
import sys

port, count = int(sys.argv[1]), int(sys.argv[2])
request = f"GET /health HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
connections = []
for _ in range(count):
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    connection.sendall(request)
    if not connection.recv(4096).startswith(b"HTTP/1.1 200 "):
        sys.exit("a request was refused")
    connections.append(connection)
print(len(connections), flush=True)
signal.pause()
