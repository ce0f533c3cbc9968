"""The include lines of our C++ files, and what they reach. Both checks of this folder stand on it."""

import re
from pathlib import Path

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def includes_of(text):
    """The paths in the #include "..." lines of a file's text, with their line numbers."""
    return [(text.count("\n", 0, match.start(1)) + 1, match.group(1)) for match in INCLUDE.finditer(text)]


def reached(source, src):
    """`source` and every file under `src` that it includes, directly or not, sorted."""
    found, waiting = set(), [source]
    while waiting:
        path = waiting.pop()
        if path in found or not path.is_file():
            continue
        found.add(path)
        text = path.read_text(encoding="utf-8")
        for _, name in includes_of(text):
            waiting.append(src / name)
            waiting.append(path.parent / name)
    return sorted(found)


def repository():
    return Path(__file__).resolve().parents[2]
