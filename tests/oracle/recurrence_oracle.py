#!/usr/bin/python3
"""Compares recurrence with python3-dateutil over seeded random rules.

Usage: recurrence_oracle.py EXPAND_RULES [--rules N] [--seed S]

Where the two are meant to differ, the case is brought to common ground and not left out silently:

  off-rule start   DTSTART is the first occurrence and counts in COUNT even when the rule does not give it;
                   dateutil leaves it out. Expected: DTSTART, then dateutil's.
  BYWEEKNO alone   takes its weekday from DTSTART; dateutil gives all seven days. dateutil is given that BYDAY.
  UNTIL=date       lasts to the end of its day; dateutil stops at its midnight. dateutil is given 23:59:59.
  first week       BYSETPOS of a WEEKLY rule counts in the whole week; dateutil counts from DTSTART on. Such rules
                   start on the first day of a week.
  mixed BYDAY      MO,2TU is a union; dateutil takes the intersection. Not generated.
  BYWEEKNO=52,53   and their negatives: dateutil gives the first days of January the wrong week in some years and misses
                   days of a first week that lie in December. Such rules are compared with Python's isocalendar.

dateutil may need very long to see that a rule never matches again; such a case is skipped, counted and shown.
"""
import argparse
import datetime
import random
import signal
import subprocess
import sys

from dateutil import rrule

DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
FREQUENCIES = ["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"]
SHOWN = 40
MAX_SKIPPED_SHARE = 0.1


class TooSlow(Exception):
    pass


def raise_too_slow(*_):
    raise TooSlow()


def some(random_, values, most):
    return sorted(random_.sample(values, random_.randint(1, min(most, len(values)))))


def signed(random_, highest):
    return list(range(1, highest + 1)) + list(range(-highest, 0)) if random_.random() < 0.4 else list(range(1, highest + 1))


def make_case(random_):
    """A start and the parts of a rule, biased towards parts that let something through."""
    freq = random_.choices(FREQUENCIES, [5, 5, 4, 4, 2, 2, 1])[0]
    all_day = random_.random() < 0.25 and freq in FREQUENCIES[:4]
    start = datetime.datetime(random_.choice([1901, 1970, 1997, 2000, 2023, 2024, 2026, 2096, 2390]), 1, 1)
    start += datetime.timedelta(days=random_.randrange(0, 1500))
    if not all_day:
        start += datetime.timedelta(seconds=random_.choice([0, 32400, random_.randrange(86400)]))
    parts = {"FREQ": freq}
    if random_.random() < 0.5:
        parts["INTERVAL"] = random_.choice([1, 2, 3, 4, 5, 7, 10, 13, 24])
    if random_.random() < 0.3:
        parts["WKST"] = random_.choice(DAYS)
    add_date_parts(random_, freq, parts)
    if not all_day:
        add_time_parts(random_, freq, parts)
    if random_.random() < 0.35 and any(name.startswith("BY") for name in parts):
        wide = freq in ("YEARLY", "MONTHLY") or "BYHOUR" in parts or "BYMINUTE" in parts
        parts["BYSETPOS"] = some(random_, [1, -1, 2, 3, -2, 10] if wide else [1, -1], 2)
        if freq == "WEEKLY":
            first = DAYS.index(parts.get("WKST", "MO"))
            start -= datetime.timedelta(days=(start.weekday() - first) % 7)
    end = random_.random()
    if end < 0.25:
        parts["COUNT"] = random_.choice([1, 2, 3, 10, 25])
    elif end < 0.45:
        until = start + datetime.timedelta(days=random_.choice([0, 1, 30, 400, 4000]), seconds=random_.choice([0, 0, 3600]))
        parts["UNTIL"] = until.strftime("%Y%m%d" if all_day or random_.random() < 0.3 else "%Y%m%dT%H%M%S")
    return all_day, start, parts


def add_date_parts(random_, freq, parts):
    rare = 0.12 if freq in FREQUENCIES[4:] else 0.3
    if random_.random() < rare:
        parts["BYMONTH"] = some(random_, list(range(1, 13)), 4)
    if freq == "YEARLY" and random_.random() < 0.2:
        parts["BYWEEKNO"] = some(random_, [-1] + list(range(1, 52)) + [1], 3)
    if freq in ("YEARLY", "DAILY", "HOURLY") and random_.random() < 0.15:
        parts["BYYEARDAY"] = some(random_, signed(random_, 366) + [1, 60, 366, -1, -366], 6)
    if freq != "WEEKLY" and random_.random() < (0.05 if "BYYEARDAY" in parts else rare):
        parts["BYMONTHDAY"] = some(random_, signed(random_, 31) + [29, 30, 31], 5)
    if random_.random() < (0.5 if freq in FREQUENCIES[:4] else 0.15):
        ordinal = freq in ("YEARLY", "MONTHLY") and "BYWEEKNO" not in parts and random_.random() < 0.5
        if ordinal:
            highest = 5 if freq == "MONTHLY" or "BYMONTH" in parts else 53
            ordinals = [o for o in range(-highest, highest + 1) if o]
            parts["BYDAY"] = sorted({f"{random_.choice(ordinals)}{day}" for day in some(random_, DAYS, 3)})
        else:
            parts["BYDAY"] = some(random_, DAYS, 5)


def add_time_parts(random_, freq, parts):
    for name, highest in (("BYHOUR", 24), ("BYMINUTE", 60), ("BYSECOND", 60)):
        if random_.random() < 0.15:
            parts[name] = some(random_, list(range(highest)), 4)


def text_of(parts):
    return ";".join(f"{name}={','.join(map(str, value)) if isinstance(value, list) else value}"
                    for name, value in parts.items())


def expected(all_day, start, parts):
    theirs = dict(parts)
    count = theirs.pop("COUNT", None)
    until = theirs.pop("UNTIL", None)
    lone_week = "BYWEEKNO" in theirs and not {"BYDAY", "BYMONTHDAY", "BYYEARDAY"} & theirs.keys()
    if lone_week:
        theirs["BYDAY"] = [DAYS[start.weekday()]]
    if until is not None:
        theirs["UNTIL"] = until if "T" in until else until + "T235959"
    limit = SHOWN if count is None else min(SHOWN, count)
    end = datetime.datetime.strptime(theirs["UNTIL"], "%Y%m%dT%H%M%S") if until is not None else None
    starts = [] if end is not None and end < start else [start]
    for time in rrule.rrulestr(text_of(theirs), dtstart=start):
        if len(starts) >= limit:
            break
        if time != start:
            starts.append(time)
    return starts[:limit]


def week_cases(random_, number):
    """YEARLY;BYWEEKNO=... with any weeks, by plain search through a calendar: every day whose ISO week is in the list."""
    for _ in range(number):
        start = datetime.datetime(random_.randrange(1995, 2030), random_.randrange(1, 13), random_.randrange(1, 29), 9)
        weeks = some(random_, [1, 2, 20, 52, 53, -1, -2, -20, -52, -53], 4)
        days = some(random_, DAYS, 4)
        starts, day = [start], start
        while len(starts) < SHOWN:
            day += datetime.timedelta(days=1)
            year, week, weekday = day.isocalendar()
            of_year = datetime.date(year, 12, 28).isocalendar()[1]
            if DAYS[weekday - 1] in days and (week in weeks or week - of_year - 1 in weeks):
                starts.append(day)
        parts = {"FREQ": "YEARLY", "BYWEEKNO": weeks, "BYDAY": days}
        yield f"floating {iso(start)} {SHOWN} - {text_of(parts)}", starts


def iso(time):
    return time.strftime("%Y-%m-%dT%H:%M:%S")


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("program")
    arguments.add_argument("--rules", type=int, default=2000)
    arguments.add_argument("--seed", type=int, default=20260301)
    arguments.add_argument("--verbose", action="store_true", help="show what is skipped")
    arguments = arguments.parse_args()
    random_ = random.Random(arguments.seed)
    signal.signal(signal.SIGVTALRM, raise_too_slow)
    lines, wanted, skipped, impossible = [], [], 0, 0
    for _ in range(arguments.rules):
        all_day, start, parts = make_case(random_)
        try:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0.1)
            starts = expected(all_day, start, parts)
        except TooSlow:
            skipped += 1
            if arguments.verbose:
                print("skipped", start, text_of(parts))
            continue
        except ValueError:  # "Invalid combination of interval and byhour": nothing but the start
            impossible += 1
            starts = [start]
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        kind = "all-day" if all_day else "floating"
        limit = SHOWN if "COUNT" not in parts else min(SHOWN, parts["COUNT"])
        lines.append(f"{kind} {iso(start)} {limit} - {text_of(parts)}")
        wanted.append(starts)
        if len(starts) > 1:  # the same from the middle on, which takes other paths through the code
            middle = random_.randrange(1, len(starts))
            lines.append(f"{kind} {iso(start)} {len(starts) - middle} {iso(starts[middle])} {text_of(parts)}")
            wanted.append(starts[middle:])
    for line, starts in week_cases(random_, 100):
        lines.append(line)
        wanted.append(starts)
    answers = subprocess.run([arguments.program], input="\n".join(lines) + "\n", capture_output=True, text=True,
                             check=True, timeout=300).stdout.splitlines()
    assert len(answers) == len(lines), (len(answers), len(lines))
    wrong = 0
    for line, answer, starts in zip(lines, answers, wanted):
        if answer != " ".join(map(iso, starts)):
            wrong += 1
            if wrong <= 20:
                print(f"{line}\n  ours   {answer[:400]}\n  theirs {' '.join(map(iso, starts))[:400]}")
    print(f"{len(lines)} comparisons, {wrong} disagreements, {impossible} rules dateutil calls impossible, "
          f"{skipped} of {arguments.rules} skipped because dateutil takes too long")
    return 1 if wrong or skipped > MAX_SKIPPED_SHARE * arguments.rules else 0


sys.exit(main())
