#!/usr/bin/python3
"""Compares our occurrences with those of python3-dateutil, libical and ical.js over seeded random series.

Usage: recurrence_oracle.py EXPAND_EVENTS LIBICAL_ORACLE [--cases N] [--seed S] [--show CASE]

Each case is one VEVENT (cases.py). What is compared are its first occurrences, overrides applied. dateutil and Python's
zoneinfo have to agree in every case, wall clock and instant; libical and ical.js in every case that meets none of their known
differences (differences.py). docs/RECURRENCE.md explains.
"""
import argparse
import collections
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

import cases as cases_
import dateutil_oracle
import differences

HERE = pathlib.Path(__file__).resolve().parent
SHOWN = 15


def parse_answer(line):
    if line.startswith("error"):
        return line
    return [(wall, int(utc)) for wall, utc, *_ in (one.split("/") for one in line.split())]


def case_text(case, horizon, zone=""):
    return f"CASE {cases_.LIMIT} {horizon} {zone or '-'}\n{cases_.calendar_of(case)}\n"


def run(program, lines, **options):
    process = subprocess.run(program, input="".join(lines), capture_output=True, text=True, check=False, timeout=1200, **options)
    if process.returncode != 0:
        sys.exit(f"{program} ended with {process.returncode}: {process.stderr[-2000:]}")
    return [parse_answer(line) for line in process.stdout.split("\n")[: len(lines)]]


def iso(wall):
    return f"{wall.year:04}-{wall.month:02}-{wall.day:02}T{wall.hour:02}:{wall.minute:02}:{wall.second:02}"


def ask_dateutil(case):
    return [(iso(wall), utc) for wall, utc in dateutil_oracle.starts(case)]


def start_oracle(program, lines, folder, name):
    """Runs beside us; its answers are read by finish_oracle()."""
    path = pathlib.Path(folder) / name
    path.write_text("".join(lines))
    with open(path) as stdin, open(path.with_suffix(".out"), "w") as stdout:
        return subprocess.Popen(program, stdin=stdin, stdout=stdout), path.with_suffix(".out")


def finish_oracle(running):
    process, path = running
    if process.wait(timeout=1200) != 0:
        sys.exit(f"{process.args} ended with {process.returncode}")
    return [parse_answer(line) for line in path.read_text().split("\n")]


def prepare(number, seed):
    cases, drawer = cases_.generate(number, seed)
    for case in cases:
        first = dateutil_oracle.first_start(case, case.rules[0])
        if drawer.chance(0.9):
            cases_.start_on_rule(case, first)
        case.on_rule = first == case.start and all(
            dateutil_oracle.first_start(case, rule) == case.start for rule in case.rules[1:])
        if not case.focus:
            slots = [wall for wall, _ in dateutil_oracle.starts(case)]
            cases_.with_changes(case, slots, drawer)
    return cases


def coverage(cases, answers):
    """Prints how often each part alone, and each legal pair, was compared with each frequency, by the fewest; whether every
    one of them was, and as often as the number of cases promises."""
    found = collections.Counter()
    for case, ours in zip(cases, answers["ours"]):
        if case.focus and len(ours) > 1:
            found[case.focus] += 1
    enough = True
    for what, foci in (("part alone", cases_.SINGLES), ("pair", cases_.PAIRS)):
        fewest = min(foci, key=lambda focus: found[focus])
        wanted = len(cases) // len(cases_.FOCI) // 8
        print(f"every {what} with every frequency: {len(foci)} of them, at least {found[fewest]} cases with two occurrences or "
              f"more ({fewest[0]} {'+'.join(fewest[1])}); {wanted} wanted")
        enough = enough and found[fewest] >= max(1, wanted)
    return enough


def ask_all(arguments, cases, folder):
    """What each program answers to each case. "ours" and "dateutil" expand the series in its zone. "wall", which is ours as
    well, "libical" and "ical.js" expand it on the wall clock, and the last two say which instants their zones give those
    times."""
    walls = [cases_.on_the_wall(case) for case in cases]
    answers = {"ours": run([arguments.expand_events], [case_text(case, case.horizon_utc()) for case in cases]),
               "wall": run([arguments.expand_events], [case_text(wall, wall.horizon_utc()) for wall in walls])}
    lines = {"libical": [], "ical.js": []}
    for case, wall, ours in zip(cases, walls, answers["wall"]):
        if isinstance(ours, str):
            sys.exit(f"case {case.number}: {ours}")
        case.reasons = differences.not_asked(case, ours)
        horizon = ours[-1][1] + 1 if len(ours) == cases_.LIMIT else wall.horizon_utc()
        for oracle, texts in lines.items():
            if not case.reasons[oracle]:
                texts.append(case_text(wall, horizon, case.zone))
    zones = pathlib.Path(folder) / "zones.ics"
    with open(zones, "w") as out:
        subprocess.run([arguments.expand_events, "--zones", *cases_.ZONES], stdout=out, check=True)
    running = {"libical": start_oracle([arguments.libical_oracle], lines["libical"], folder, "libical"),
               "ical.js": start_oracle(["node", str(HERE / "icaljs_oracle.mjs"), str(zones)], lines["ical.js"], folder, "icaljs")}
    answers["dateutil"] = [ask_dateutil(case) for case in cases]
    for name, process in running.items():
        given = iter(finish_oracle(process))
        answers[name] = [None if case.reasons[name] else next(given) for case in cases]
    return answers


def show(case, answers, index):
    print(f"case {case.number} ({case.focus})\n  " + cases_.calendar_of(case).replace("\n", "\n  "))
    for name, given in answers.items():
        answer = given[index]
        print(f"  {name:9}", answer if answer is None or isinstance(answer, str) else " ".join(f"{wall}/{utc}" for wall, utc in answer))


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("expand_events")
    arguments.add_argument("libical_oracle")
    arguments.add_argument("--cases", type=int, default=20000)
    arguments.add_argument("--seed", type=int, default=20260301)
    arguments.add_argument("--show", type=int, help="one case and all answers to it")
    arguments = arguments.parse_args()
    if not (HERE / "node_modules" / "ical.js").is_dir():
        sys.exit("ical.js is not there; script/bootstrap brings it")
    started = time.process_time()
    cases = prepare(arguments.cases, arguments.seed)
    with tempfile.TemporaryDirectory(prefix="kalends-oracle-") as folder:
        answers = ask_all(arguments, cases, folder)
    if arguments.show is not None:
        show(cases[arguments.show], answers, arguments.show)
        return 0
    covered = coverage(cases, answers)
    code = differences.judge(cases, answers, show, SHOWN)
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"CPU seconds: dateutil {time.process_time() - started:.0f}, the other three {children.ru_utime + children.ru_stime:.0f}; "
          f"seed {arguments.seed}")
    return code if covered else 1


if __name__ == "__main__":
    sys.exit(main())
