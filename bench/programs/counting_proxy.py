"""A TCP relay on loopback that counts what passes: bytes each way, and HTTP requests by their framing."""

import re
import socket
import threading

CHUNK = 1 << 18


class Requests:
    """Counts the requests in a stream of client bytes (HTTP/1.1, bodies with Content-Length)."""

    def __init__(self):
        self.count = 0
        self.head = b""
        self.body_left = 0

    def feed(self, data):
        while data:
            if self.body_left:
                taken = min(self.body_left, len(data))
                self.body_left -= taken
                data = data[taken:]
                continue
            self.head += data
            data = b""
            end = self.head.find(b"\r\n\r\n")
            if end >= 0:
                length = re.search(rb"(?im)^content-length:\s*(\d+)", self.head[:end])
                self.count += 1
                self.body_left = int(length.group(1)) if length else 0
                self.head, data = b"", self.head[end + 4:]


class CountingProxy:
    def __init__(self, target_port):
        self.target = ("127.0.0.1", target_port)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        self.lock = threading.Lock()
        self.counts = {"requests": 0, "sent": 0, "received": 0}
        threading.Thread(target=self._accept, daemon=True).start()

    def take(self):
        """The counts since the last call."""
        with self.lock:
            counts, self.counts = self.counts, {"requests": 0, "sent": 0, "received": 0}
        return counts

    def close(self):
        self.listener.close()

    def _add(self, **more):
        with self.lock:
            for name, value in more.items():
                self.counts[name] += value

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self.target)
            except OSError:
                client.close()
                continue
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._pump, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self._pump, args=(server, client, False), daemon=True).start()

    def _pump(self, source, sink, from_client):
        requests = Requests()
        try:
            while data := source.recv(CHUNK):
                if from_client:
                    before = requests.count
                    requests.feed(data)
                    self._add(sent=len(data), requests=requests.count - before)
                else:
                    self._add(received=len(data))
                sink.sendall(data)
        except OSError:
            pass
        for end, how in ((sink, socket.SHUT_WR), (source, socket.SHUT_RD)):
            try:
                end.shutdown(how)
            except OSError:
                pass
