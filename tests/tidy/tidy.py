"""Checks what the compiler cannot: that every include goes down the house, that files stay small, and that words stay
in the rooms they belong to. Prints one line for each finding and exits 1 when there is any."""

import re
import subprocess
import sys
from pathlib import Path

from includes import includes_of, repository

MAX_LINES = 500

# docs/ARCHITECTURE.md, "The house". A file includes only lower floors and its own folder.
FLOORS = {
    "base": 0,
    "calendar": 1,
    "ical": 2,
    "jscalendar": 2,
    "merge": 2,
    "sync": 3,
    "ports": 4,
    "provider/caldav": 5,
    "provider/google": 5,
    "provider/ics": 5,
    "provider/memory": 5,
    "provider/obsidian": 5,
    "store/sqlite": 5,
    "net": 5,
    "system": 5,
    "engine": 6,
    "api": 7,
    "lab": 7,
    "app": 8,
}

# What a folder's tests may include beyond its own floors: the real things that its code only knows as ports.
TEST_MAY_INCLUDE = {
    "ical": {"system"},
    "provider/caldav": {"net", "system"},
    "provider/google": {"system"},
    "provider/obsidian": {"system"},
    "provider/ics": {"net", "system"},
    "provider/google": {"lab", "net", "system"},
    "store/sqlite": {"system"},
    "engine": {"store/sqlite", "provider/memory", "system"},
}

VENDORS = re.compile(r"google|caldav|notion|obsidian|icloud|outlook|\bgraph\b|microsoft", re.IGNORECASE)
VENDOR_ROOMS = ("provider/", "lab/", "app/")

TEST_FILE = re.compile(r"_(test|fuzz)\.cc$|(^|/)test_[a-z_]+\.h$|_contract(_[a-z]+)?\.h$")

# The engine and what stands on it know ports, never an adapter.
KNOW_PORTS_ONLY = ("engine", "api")
ADAPTERS = ("provider/", "store/", "net", "system")

# Addresses of a machine or a registry have no place in what a stranger clones.
MACHINE = re.compile(
    r"(?<![\w.-])/(?:home|root|Users|work|mnt)/[\w.-]+|registry\.npmjs\.org|deb\.debian\.org|proxy\.golang\.org"
    r"|(?<!\d)(?:10|192\.168)\.\d+\.\d+\.\d+"
)
BINARY = (".png", ".jpg", ".ico", ".woff2", ".gz", ".tzif", ".db")


def folder_of(relative):
    """The floor's name of a path below src/, "provider/caldav" for src/provider/caldav/http.cc."""
    parts = Path(relative).parts[:-1]
    while parts and "/".join(parts) not in FLOORS:
        parts = parts[:-1]
    return "/".join(parts)


def without_comments(text):
    """C++ without comments, line numbers kept. String literals stay: a vendor's word in one is a finding, too."""
    pattern = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)
    return pattern.sub(lambda m: m.group() if m.group().startswith('"') else "\n" * m.group().count("\n"), text)


def check_includes(relative, text):
    """Findings about the include lines of src/`relative`."""
    here = folder_of(relative)
    if here not in FLOORS:
        return [f"src/{relative}:1: this folder has no floor; add it to tests/tidy/tidy.py and docs/ARCHITECTURE.md"]
    is_test = TEST_FILE.search(relative) is not None
    findings = []
    for line, name in includes_of(text):
        there = folder_of(name)
        if there == here:
            continue
        if there not in FLOORS:
            findings.append(f'src/{relative}:{line}: "{name}" is in no folder of src/; name it from src/ on')
        elif is_test and there in TEST_MAY_INCLUDE.get(here, set()):
            continue
        elif here in KNOW_PORTS_ONLY and there.startswith(ADAPTERS):
            findings.append(f'src/{relative}:{line}: {here} may not include "{name}": it knows ports, never an adapter')
        elif FLOORS[there] >= FLOORS[here]:
            kind = "a sibling" if FLOORS[there] == FLOORS[here] else "a higher floor"
            findings.append(f'src/{relative}:{line}: {here} may not include "{name}": {there} is {kind}')
    return findings


def check_size(relative, text):
    lines = text.count("\n")
    if lines <= MAX_LINES:
        return []
    return [f"src/{relative}:{lines}: {lines} lines; past {MAX_LINES} a file is two files"]


def check_vendors(relative, text):
    """No vendor's word in code outside the rooms that may know vendors. Tests name what they test against."""
    if relative.startswith(VENDOR_ROOMS) or TEST_FILE.search(relative):
        return []
    findings = []
    for number, line in enumerate(without_comments(text).split("\n"), 1):
        match = VENDORS.search(line)
        if match and "windows" not in relative:
            findings.append(f"src/{relative}:{number}: '{match.group()}' belongs in provider/, lab/ or app/")
    return findings


def check_machine(name, text):
    findings = []
    for number, line in enumerate(text.split("\n"), 1):
        match = MACHINE.search(line)
        if match:
            findings.append(f"{name}:{number}: '{match.group()}' is of one machine")
    return findings


def tracked(root):
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=root, capture_output=True, text=True, check=True,
    ).stdout
    return [name for name in listed.split("\0") if name and (root / name).is_file()]


def main():
    root = repository()
    findings = []
    for name in tracked(root):
        if name.endswith(BINARY) or name.startswith("tests/tidy/"):
            continue
        text = (root / name).read_text(encoding="utf-8", errors="replace")
        findings += check_machine(name, text)
        if name.startswith("src/") and name.endswith((".h", ".cc")):
            relative = name.removeprefix("src/")
            findings += check_includes(relative, text)
            findings += check_vendors(relative, text)
            if not relative.endswith("_table.cc"):
                findings += check_size(relative, text)
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
