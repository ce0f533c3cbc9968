#!/usr/bin/python3
"""python-dateutil on the rules of recurrence_mix.txt: prints, rule by rule, its CPU seconds for all occurrences of thirty
years with their instants, how many there are, and the sum of the instants."""

import pathlib
import time
from datetime import datetime, timezone

from dateutil import rrule, tz

END = datetime(2031, 1, 1, tzinfo=timezone.utc)

for line in (pathlib.Path(__file__).parent / "recurrence_mix.txt").read_text().splitlines():
    if line.startswith("#"):
        continue
    zone, start, rule = line.split()
    first = datetime.fromisoformat(start).replace(tzinfo=tz.gettz(zone))
    end = int(END.timestamp())
    best, count, total = None, 0, 0
    for _ in range(3):
        begun = time.process_time()
        count = total = 0
        for occurrence in rrule.rrulestr(rule, dtstart=first):
            at = int(occurrence.timestamp())
            if at >= end:
                break
            count += 1
            total += at
        spent = time.process_time() - begun
        best = spent if best is None else min(best, spent)
    print(best, count, total, f"{zone} {rule}", sep="\t")
