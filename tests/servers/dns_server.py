"""A name server (dnsmasq) on a free port, a Radicale with TLS that it names, and two that answer with nonsense or not at all.

Names end in "localhost", which every resolver of ours takes for this machine. `control_url` is one line of words for the
test: the ports of the name server, of the hostile one, of the silent one, of one where nobody is, and the file with the
certificate that Radicale shows.
"""

import socket
import struct
import threading

from process import Processes, free_port, port_open, require
from radicale_server import CONFIG, Radicale

# domain -> its SRV records: target, port, priority, weight. "radicale" stands for the port of the real server.
RECORDS = {
    "order.localhost": [("c.order.localhost", 3, 20, 0), ("light.order.localhost", 1, 10, 5), ("heavy.order.localhost", 2, 10, 50)],
    "path.localhost": [("dav.path.localhost", 8443, 0, 0)],
    "real.localhost": [("down.real.localhost", "dead", 0, 0), ("dav.real.localhost", "radicale", 10, 0)],
    "big.localhost": [(f"a-long-name-that-fills-the-answer-{n}.big.localhost", 1000 + n, n, 0) for n in range(1, 61)],
}


class Dns(Radicale):
    def start(self):
        program = require("/usr/sbin/dnsmasq", "dnsmasq-base")
        radicale = require("/usr/bin/radicale", "radicale")
        openssl = require("/usr/bin/openssl", "openssl")
        self.processes = Processes("dns")
        self.sockets = []
        certificate, key = self.processes.path("certificate"), self.processes.path("key")
        self.processes.run([openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                            "-subj", "/CN=dav.real.localhost", "-addext", "subjectAltName=DNS:dav.real.localhost",
                            "-keyout", key, "-out", certificate])
        ports = {"radicale": free_port(), "dead": free_port()}
        self.processes.write("users", "".join(f"{user}:{word}\n" for user, word in self.users.items()))
        config = CONFIG.format(port=ports["radicale"], folder=self.processes.folder, level="warning")
        config = config.replace("[auth]", f"ssl = True\ncertificate = {certificate}\nkey = {key}\n[auth]")
        child = self.processes.start(["/usr/bin/python3", radicale, "--config", self.processes.write("config", config)])
        named = self.start_dnsmasq(program, ports)
        hostile, silent = self.open_udp(), self.open_udp()
        threading.Thread(target=answer_with_nonsense, args=(hostile,), daemon=True).start()
        self.processes.wait_until(lambda: port_open(ports["radicale"]), "Radicale", child)
        self.url = f"https://dav.real.localhost:{ports['radicale']}/"
        self.control_url = " ".join(map(str, [named, hostile.getsockname()[1], silent.getsockname()[1], ports["dead"],
                                              certificate]))

    def start_dnsmasq(self, program, ports):
        port = free_port()
        command = [program, "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--bind-interfaces",
                   "--listen-address=127.0.0.1", f"--port={port}", "--user=", "--group=", f"--pid-file={self.processes.path('pid')}",
                   "--edns-packet-max=512", "--txt-record=_caldavs._tcp.path.localhost,note=hello,path=/dav/principals",
                   "--txt-record=_caldavs._tcp.real.localhost,path=/alice/",
                   "--srv-host=_caldavs._tcp.refused.localhost"]
        for domain, records in RECORDS.items():
            for target, at, priority, weight in records:
                command.append(f"--srv-host=_caldavs._tcp.{domain},{target},{ports.get(at, at)},{priority},{weight}")
        child = self.processes.start(command)
        self.processes.wait_until(lambda: port_open(port), "dnsmasq", child)
        return port

    def open_udp(self):
        at = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        at.bind(("127.0.0.1", 0))
        self.sockets.append(at)
        return at

    def stop(self):
        super().stop()
        for at in getattr(self, "sockets", []):
            at.close()


def answer_with_nonsense(at):
    """Answers whose target is a name that points at itself, that runs out of the message, or that is cut off, by turns."""
    turn = 0
    while True:
        try:
            question, asker = at.recvfrom(4096)
        except OSError:
            return
        head = question[:2] + struct.pack(">HHHHH", 0x8180, 1, 1, 0, 0)
        end = 12
        while end < len(question) and question[end]:
            end += question[end] + 1
        asked = question[12:end + 5]
        target_at = 12 + len(asked) + 12 + 6
        targets = [struct.pack(">H", 0xC000 | target_at), struct.pack(">H", 0xFFFF), b"\x3fshort"]
        data = struct.pack(">HHH", 0, 0, 443) + targets[turn % len(targets)]
        answer = head + asked + b"\xc0\x0c" + struct.pack(">HHIH", 33, 1, 60, len(data) + (40 if turn % 3 == 2 else 0)) + data
        turn += 1
        at.sendto(answer, asker)
