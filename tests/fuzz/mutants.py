#!/usr/bin/python3
"""Writes inputs made from a fuzz target's kept ones: mutants.py FOLDER COUNT OUT. The same folder gives the same inputs
on every machine: files are taken by name and the dice have a fixed seed, so that a find in them is a change's own doing,
which libFuzzer's own search, led by addresses and the order of a directory, cannot promise."""
import pathlib
import random
import sys

LARGEST = 16384
WORDS = (b"\x00", b"\xff", b"\xef\xbb\xbf", b"\r\n", b"\n", b" ", b"\t", b"\\", b'"', b";", b":", b",", b"=", b"-1", b"0",
         b"2147483648", b"99999999999999999999", b"9999-12-31", b"\xe2\x80\xa8", b"\xc3", b"<", b"]]>", b"{", b"[")


def one_mutation(dice, text, others):
    """The text with one thing done to it: to a byte, to a run of bytes, to a line, or with a piece of another input."""
    at = dice.randrange(len(text) + 1)
    length = dice.choice((1, 1, 2, 4, 8, 16, 64, 256))
    kind = dice.randrange(10)
    if kind == 0 and at < len(text):
        return text[:at] + bytes([text[at] ^ (1 << dice.randrange(8))]) + text[at + 1:]
    if kind == 1:
        return text[:at] + bytes(dice.randrange(256) for _ in range(dice.randrange(1, 5))) + text[at:]
    if kind == 2:
        return text[:at] + text[at + length:]
    if kind == 3:
        return text[:at] + text[at:at + length] * dice.choice((2, 3, 20)) + text[at + length:]
    if kind == 4:
        return text[:at] + dice.choice(WORDS) + text[at:]
    if kind == 5:
        return text[:at] + dice.choice(WORDS) + text[at + length:]
    other = dice.choice(others)
    if kind == 6:
        start = dice.randrange(len(other) + 1)
        return text[:at] + other[start:start + length] + text[at:]
    if kind == 7:
        return text[:at] + other[dice.randrange(len(other) + 1):]
    lines, more = text.splitlines(keepends=True), other.splitlines(keepends=True)
    if not lines or not more:
        return text
    where = dice.randrange(len(lines))
    if kind == 8:  # a line goes, or comes twice, or changes places with another
        return b"".join(lines[:where] + dice.choice(([], [lines[where]] * 2, [dice.choice(lines)])) + lines[where + 1:])
    return b"".join(lines[:where] + [dice.choice(more)] + lines[where + dice.randrange(2):])


def main():
    folder, count, out = pathlib.Path(sys.argv[1]), int(sys.argv[2]), pathlib.Path(sys.argv[3])
    kept = [file.read_bytes()[:LARGEST] for file in sorted(folder.iterdir()) if file.is_file()]
    if not kept:
        sys.exit(f"{folder} keeps no input.")
    dice = random.Random(folder.name)
    for number in range(count):
        text = dice.choice(kept)
        for _ in range(dice.choice((1, 1, 2, 3, 5, 8))):
            text = one_mutation(dice, text, kept)
        (out / f"{number:06}").write_bytes(text[:LARGEST])


if __name__ == "__main__":
    main()
