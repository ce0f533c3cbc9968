"""python3-dateutil's answers, with Python's own zoneinfo for the instants, brought to common ground.

Where RFC 5545 leaves no choice and dateutil means something else, the case or the answer is transformed by a rule that is
stated here, so that every case is still compared exactly:

  off-rule start   DTSTART is the first occurrence and counts in COUNT even when the rule does not give it (RFC 5545 sections
                   3.8.5.3 and 3.3.10); dateutil leaves it out. Expected: DTSTART, then dateutil's, COUNT in all.
  BYWEEKNO alone   takes its weekday from DTSTART (section 3.3.10: missing information comes from DTSTART); dateutil gives all
                   seven days. dateutil is given that BYDAY.
  BYWEEKNO         dateutil gives days of the first and last week of a year the wrong number in some years, and misses those
                   that lie in the year before or after. It is given the rule without BYWEEKNO; what is left are the days
                   whose week, as ISO 8601 counts it from WKST on (section 3.3.10), has one of the numbers.
  first week       BYSETPOS of a WEEKLY rule chooses from the whole week (section 3.3.10); dateutil chooses from what is
                   not before DTSTART. dateutil is given the first day of that week as its start, and answers before DTSTART
                   are dropped. The same for the first year, month, day, hour and minute.
"""
import datetime
import itertools

from dateutil import rrule

from cases import DAY, DAYS, LIMIT

FREQUENCIES = {"YEARLY": rrule.YEARLY, "MONTHLY": rrule.MONTHLY, "WEEKLY": rrule.WEEKLY, "DAILY": rrule.DAILY,
               "HOURLY": rrule.HOURLY, "MINUTELY": rrule.MINUTELY, "SECONDLY": rrule.SECONDLY}
WEEKDAYS = {name: getattr(rrule, name) for name in DAYS}


def weekday(text):
    day = WEEKDAYS[text[-2:]]
    return day(int(text[:-2])) if len(text) > 2 else day


def week_of(day, first):
    """(number, number from the end) of the week that `day` is in, weeks beginning on weekday `first`."""
    fourth = day - datetime.timedelta(days=(day.weekday() - first) % 7 - 3)
    number = (fourth.timetuple().tm_yday - 1) // 7 + 1
    last = datetime.date(fourth.year, 12, 31)
    last_fourth = last - datetime.timedelta(days=(last.weekday() - first - 3) % 7)
    return number, number - ((last_fourth.timetuple().tm_yday - 1) // 7 + 1) - 1


def in_weeks(times, rule):
    """What BYWEEKNO, and then BYSETPOS, let through."""
    first, weeks = DAYS.index(rule.get("WKST", "MO")), set(rule["BYWEEKNO"])
    kept = (time for time in times if weeks & set(week_of(time.date(), first)))
    if "BYSETPOS" not in rule:
        yield from kept
        return
    for _, year in itertools.groupby(kept, lambda time: time.year):
        year = list(year)
        places = {place - 1 if place > 0 else len(year) + place for place in rule["BYSETPOS"]}
        yield from (year[place] for place in sorted(places) if 0 <= place < len(year))


def arguments_of(case, rule):
    args = {"interval": rule.get("INTERVAL", 1), "wkst": WEEKDAYS[rule.get("WKST", "MO")]}
    for name in ("BYMONTH", "BYYEARDAY", "BYMONTHDAY", "BYHOUR", "BYMINUTE", "BYSECOND", "BYSETPOS"):
        if name in rule and (name != "BYSETPOS" or "BYWEEKNO" not in rule):
            args[name.lower()] = rule[name]
    if "BYDAY" in rule:
        args["byweekday"] = [weekday(day) for day in rule["BYDAY"]]
    if "BYWEEKNO" in rule and not {"BYDAY", "BYMONTHDAY", "BYYEARDAY"} & rule.keys():
        args["byweekday"] = [WEEKDAYS[DAYS[case.start.weekday()]]]
    return args


def rule_starts(case, rule, with_start, last=None, most=None):
    """The rule's starts on the wall clock, in order, up to `last` or else the case's horizon."""
    args = arguments_of(case, rule)
    freq, start = rule["FREQ"], case.start
    if "BYSETPOS" in rule:
        start = first_of_period(freq, start, rule)
        fill_from(case.start, freq, rule, args)
    found = []
    alone = len(case.rules) == 1 and not case.exrules and not case.exdates and not case.overrides
    most = most or (LIMIT * 30000 if not with_start else LIMIT + 2 if alone else LIMIT * (400 if case.exrules else 40))
    last = min(last or case.horizon, datetime.datetime(9998, 12, 28)) + datetime.timedelta(days=2)
    datetime.MAXYEAR = min(last.year + 1, 9999)  # where dateutil stops looking
    until = case.utc(rule["UNTIL"]) if "UNTIL" in rule else None
    count = rule.get("COUNT")
    if with_start and (until is None or case.utc(case.start) <= until):
        found.append(case.start)
    try:
        series = rrule.rrule(FREQUENCIES[freq], dtstart=start, cache=False, **args)
        if "BYWEEKNO" in rule:
            series = in_weeks(series, rule)
        for time in series:
            if time > last or (count is not None and len(found) >= count):
                break
            if len(found) >= most:  # enough, but in a gap later ones on the wall may come first on the time line
                if not any(case.skipped(one) for one in found[-LIMIT:]):
                    break
                last, most = min(last, time + max(case.skipped(one) for one in found[-LIMIT:]) + DAY / 24), LIMIT * 10000
            if time < case.start or (with_start and time == case.start):
                continue
            if until is not None and case.utc(time) > until:
                if not case.skipped(time):
                    break
                continue  # a time that is skipped is later than the next ones on the wall
            found.append(time)
    except ValueError as error:
        if "Invalid" not in str(error):  # "Invalid combination of interval and byhour rules.": nothing but the start
            raise
    return found


def first_start(case, rule):
    """The first time that the rule gives, or None."""
    rule = {name: value for name, value in rule.items() if name not in ("COUNT", "UNTIL")}
    found = rule_starts(case, rule, False, None, 1)
    return found[0] if found else None


def first_of_period(freq, start, rule):
    if freq == "YEARLY":
        return start.replace(month=1, day=1, hour=0, minute=0, second=0)
    if freq == "MONTHLY":
        return start.replace(day=1, hour=0, minute=0, second=0)
    if freq == "WEEKLY":
        first = DAYS.index(rule.get("WKST", "MO"))
        return start.replace(hour=0, minute=0, second=0) - datetime.timedelta(days=(start.weekday() - first) % 7)
    return start.replace(**{"DAILY": {"hour": 0, "minute": 0, "second": 0}, "HOURLY": {"minute": 0, "second": 0},
                            "MINUTELY": {"second": 0}, "SECONDLY": {}}[freq])


def fill_from(start, freq, rule, args):
    """What dateutil would have taken from DTSTART, now that it is given another one."""
    level = FREQUENCIES[freq]
    if not {"BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY"} & rule.keys():
        if level == rrule.YEARLY:
            args.setdefault("bymonth", [start.month])
            args["bymonthday"] = [start.day]
        elif level == rrule.MONTHLY:
            args["bymonthday"] = [start.day]
        elif level == rrule.WEEKLY:
            args["byweekday"] = [WEEKDAYS[DAYS[start.weekday()]]]
    for name, unit, value in (("byhour", rrule.HOURLY, start.hour), ("byminute", rrule.MINUTELY, start.minute),
                              ("bysecond", rrule.SECONDLY, start.second)):
        if level < unit:
            args.setdefault(name, [value])


def starts(case):
    """[(wall, utc)] of the case's occurrences in order of time, at most LIMIT."""
    slots = set()
    for rule in case.rules:
        slots.update(rule_starts(case, rule, True))
    if not case.rules:
        slots.add(case.start)
    slots.update(time for time, _ in case.rdates)
    for rule in case.exrules:
        slots.difference_update(rule_starts(case, rule, False, max(slots, default=case.start)))
    slots.difference_update(case.exdates)
    shown = {slot: slot for slot in slots}
    for slot, moved, future in case.overrides:
        shown[slot] = moved
        if future:
            for later in slots:
                if later > slot:
                    shown[later] = later + (moved - slot)
    horizon = case.horizon_utc()
    found = sorted((case.utc(time), time) for time in shown.values() if time is not None)
    return [(time, utc) for utc, time in found if utc < horizon][:LIMIT]
