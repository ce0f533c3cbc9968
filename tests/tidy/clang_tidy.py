"""Runs clang-tidy on folders of src/, skipping files that were clean when nothing they depend on has changed.

A file's key is the digest of its own text, of every header of ours that it reaches, of .clang-tidy and of its compile
command; a clean file leaves an empty file of that name in build/tidy-cache. Findings are never cached.
"""

import argparse
import concurrent.futures
import hashlib
import json
import subprocess
import sys

from includes import reached, repository

TOOL = "clang-tidy-19"


def key_of(source, command, checks, root):
    digest = hashlib.sha256(checks)
    digest.update(command.replace(str(root), "").encode())
    for path in reached(source, root / "src"):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def look(source, build):
    result = subprocess.run([TOOL, "--quiet", "-p", str(build), str(source)], capture_output=True, text=True, check=False)
    return result.returncode == 0, result.stdout + ("" if result.returncode == 0 else result.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", required=True, help="the build folder that holds compile_commands.json")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--tests", action="store_true", help="look at *_test.cc, too")
    parser.add_argument("folders", nargs="*", help="folders of src/; all of them by default")
    options = parser.parse_args()

    root = repository()
    build = (root / options.build).resolve()
    commands = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    version = subprocess.run([TOOL, "--version"], capture_output=True, check=True).stdout
    checks = version + (root / ".clang-tidy").read_bytes()
    cache = root / "build" / "tidy-cache"
    cache.mkdir(parents=True, exist_ok=True)

    work, seen = [], 0
    for entry in commands:
        source = (build / entry["file"]).resolve()
        if not source.is_relative_to(root / "src"):
            continue
        folder = source.parent.relative_to(root / "src").as_posix()
        if options.folders and folder not in options.folders:
            continue
        if source.name.endswith("_test.cc") and not options.tests:
            continue
        seen += 1
        key = key_of(source, entry["command"], checks, root)
        if not (cache / key).exists():
            work.append((source, key))

    failed = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        looks = {pool.submit(look, source, build): (source, key) for source, key in work}
        for done in concurrent.futures.as_completed(looks):
            source, key = looks[done]
            clean, words = done.result()
            if clean:
                (cache / key).touch()
            else:
                failed += 1
                print(f"{source.relative_to(root)}:\n{words}", flush=True)
    print(f"clang-tidy: {seen} files, {len(work)} looked at, {failed} with findings")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
