"""The product has none of the deliberate bugs: product_test.py KALENDS TEST_MUTANTS.

No name of one is in the program's loaded bytes and no symbol of the switch among its symbols; the test's own program has
them all, which shows that the search finds what it looks for. The documentation names each."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def names():
    text = (ROOT / "src/base/mutation.h").read_text(encoding="utf-8")
    body = re.search(r"enum class Mutant[^{]*\{(.*?)\};", text, re.DOTALL).group(1)
    found = re.findall(r"^\s*([a-z]\w*),", body, re.MULTILINE)
    return [name for name in found if name not in ("none", "count_")]


def loaded_bytes(program):
    """The program without its debug information, which may speak of source."""
    with tempfile.TemporaryDirectory() as folder:
        bare = Path(folder) / "bare"
        subprocess.run(["strip", "-o", bare, program], check=True)
        return bare.read_bytes()


def symbols(program):
    listed = subprocess.run(["nm", "-C", program], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if "is_on(kalends::Mutant)" in line or "kalends::mutants" in line]


def main():
    product, with_bugs = sys.argv[1:]
    wanted = names()
    product_bytes, other_bytes = loaded_bytes(product), loaded_bytes(with_bugs)
    there = [name for name in wanted if name.encode() in product_bytes]
    missing = [name for name in wanted if name.encode() not in other_bytes]
    problems = [f"the product contains the word {name}" for name in there]
    problems += [f"the product has the symbol {line}" for line in symbols(product)]
    problems += [f"{name} is not found in the program that has it: the search is broken" for name in missing]
    told = (ROOT / "docs/TESTING.md").read_text(encoding="utf-8")
    problems += [f"docs/TESTING.md says nothing of {name}" for name in wanted if f"`{name}`" not in told]
    if len(wanted) < 20 or not symbols(with_bugs):
        problems.append("the search found too little in the program that has the deliberate bugs")
    for problem in problems:
        print(problem)
    print(f"{len(wanted)} deliberate bugs, none in the product" if not problems else "failed")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
