"""What a program took: wall time, CPU seconds of its own, peak memory."""

import os
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass


@dataclass
class Taken:
    wall: float  # seconds
    cpu: float  # seconds, user and system, children included
    peak: int = 0  # bytes of resident memory
    requests: int = 0
    sent: int = 0  # bytes to the server
    received: int = 0  # bytes from the server


def run(command, env=None, proxy=None, expect=0):
    """Runs a program once. Peak memory is as GNU time says: a child of ours would begin with our own."""
    if proxy:
        proxy.take()
    with tempfile.NamedTemporaryFile("r") as said, tempfile.TemporaryFile() as output:
        begun = time.perf_counter()
        child = subprocess.Popen(["/usr/bin/time", "-f", "%M", "-o", said.name, *command], stdin=subprocess.DEVNULL,
                                 stdout=output, stderr=output, env={**os.environ, **(env or {})})
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != expect:
            output.seek(0)
            raise SystemExit(f"{' '.join(command)} gave {child.returncode}:\n{output.read().decode()[-4000:]}")
        peak = int(said.read().split()[-1]) * 1024
    return Taken(wall, used.ru_utime + used.ru_stime, peak, **(proxy.take() if proxy else {}))


def start_up(command, times, env=None):
    """The median wall and CPU seconds of a program that does next to nothing."""
    walls, cpus = [], []
    null = os.open(os.devnull, os.O_RDWR)
    actions = [(os.POSIX_SPAWN_DUP2, null, fd) for fd in (0, 1, 2)]
    for _ in range(times):
        begun = time.perf_counter()
        pid = os.posix_spawn(command[0], command, {**os.environ, **(env or {})}, file_actions=actions)
        _, _, used = os.wait4(pid, 0)
        walls.append(time.perf_counter() - begun)
        cpus.append(used.ru_utime + used.ru_stime)
    os.close(null)
    return Taken(statistics.median(walls), statistics.median(cpus))


def median(all_taken):
    """Field by field."""
    fields = Taken.__dataclass_fields__
    return Taken(**{name: statistics.median(getattr(one, name) for one in all_taken) for name in fields})
