"""Child processes on free ports in a temporary folder, ended by their ids."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time

START_SECONDS = 60
STOP_SECONDS = 5


class ServerError(Exception):
    """A server that could not be started, as a sentence that says what to do."""


def free_port(host="127.0.0.1"):
    with socket.socket() as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


def require(program, package):
    """The path of a program, or an error that names the Debian package it comes from."""
    path = program if os.path.exists(program) else shutil.which(program)
    if not path:
        raise ServerError(f"{program} is missing: run script/bootstrap, or apt-get install {package}")
    return path


def require_root(what):
    if os.geteuid() != 0:
        raise ServerError(f"{what} runs under a system user of its own: run the tests as root or with sudo")


class Processes:
    """What one server started, and the folder it works in."""

    def __init__(self, name):
        self.folder = tempfile.mkdtemp(prefix=f"kalends-{name}-")
        os.chmod(self.folder, 0o755)
        self.children = []
        self.stubborn = set()

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, name, text):
        path = self.path(name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o644)
        return path

    def make_folder(self, name, user=None, mode=0o755):
        path = self.path(name)
        os.makedirs(path, exist_ok=True)
        os.chmod(path, mode)
        if user:
            entry = pwd.getpwnam(user)
            os.chown(path, entry.pw_uid, entry.pw_gid)
        return path

    def start(self, command, user=None, env=None, stubborn=False):
        """Starts a program in a process group of its own; its output goes to a file in the folder.

        A stubborn one is known to sit out SIGTERM and holds nothing that must be saved.
        """
        identity = {}
        if user:
            entry = pwd.getpwnam(user)
            identity = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": os.getgrouplist(user, entry.pw_gid)}
        with open(self.path(os.path.basename(command[0]) + ".out"), "ab") as output:
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=self.folder,
                                     start_new_session=True, env={**os.environ, **(env or {})}, **identity)
        self.children.append(child)
        if stubborn:
            self.stubborn.add(child.pid)
        return child

    def run(self, command, user=None):
        """Runs a program to its end and gives its output; an error holds what it printed."""
        identity = {}
        if user:
            entry = pwd.getpwnam(user)
            identity = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              cwd=self.folder, text=True, check=False, **identity)
        if done.returncode != 0:
            raise ServerError(f"{' '.join(command)} failed:\n{done.stdout}")
        return done.stdout

    def wait_until(self, ready, what, child=None):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if child is not None and child.poll() is not None:
                raise ServerError(f"{what} ended while starting:\n{self.output_of(child)}")
            with contextlib.suppress(OSError, EOFError):
                if ready():
                    return
            time.sleep(0.05)
        raise ServerError(f"{what} did not become ready within {START_SECONDS} s:\n{self.output_of(child)}")

    def output_of(self, child):
        if child is None:
            return ""
        with open(self.path(os.path.basename(child.args[0]) + ".out"), errors="replace") as file:
            return file.read()[-4000:]

    def stop(self):
        """Ends every process group that was started, last one first, by force where asking is not enough."""
        for child in reversed(self.children):
            _signal_group(child.pid, signal.SIGTERM)
            deadline = time.monotonic() + (0.3 if child.pid in self.stubborn else STOP_SECONDS)
            while time.monotonic() < deadline and (child.poll() is None or _group_lives(child.pid)):
                time.sleep(0.02)
            _signal_group(child.pid, signal.SIGKILL)
            child.wait()
        self.children = []
        shutil.rmtree(self.folder, ignore_errors=True)


def port_open(port, host="127.0.0.1"):
    with socket.create_connection((host, port), timeout=1):
        return True


def _signal_group(group, number):
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, number)


def _group_lives(group):
    """Whether the group has a process that is more than a zombie waiting for its parent."""
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError):
                with open(f"/proc/{name}/stat", encoding="ascii", errors="replace") as file:
                    state, _, owner = file.read().rpartition(")")[2].split()[:3]
                if int(owner) == group and state not in "ZX":
                    return True
    return False
