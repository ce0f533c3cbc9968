"""Generated series: rules, times and zones, drawn from a seed, so that every part of a rule stands alone, in every legal
pair, and among others.

Legal is what RFC 5545 section 3.3.10 allows: BYWEEKNO with YEARLY; BYYEARDAY not with DAILY, WEEKLY and MONTHLY; BYMONTHDAY
not with WEEKLY; ordinals of BYDAY with MONTHLY and with YEARLY without BYWEEKNO; BYSETPOS with another BYxxx.
"""
import dataclasses
import datetime
import itertools
import random
import zoneinfo

DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
FREQUENCIES = ["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"]
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kolkata", "America/St_Johns",
         "Africa/Casablanca", "Europe/Dublin", "America/Sao_Paulo", "Asia/Tehran", "Pacific/Chatham", "Asia/Kathmandu",
         "Africa/Cairo", "America/Santiago", "Antarctica/Troll", "Atlantic/Azores", "Asia/Tokyo", "America/Havana"]
# NTHDAY is BYDAY with ordinals.
BY_PARTS = ["BYMONTH", "BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY", "NTHDAY", "BYHOUR", "BYMINUTE", "BYSECOND", "BYSETPOS"]
PARTS = BY_PARTS + ["WKST", "INTERVAL", "COUNT", "UNTIL"]
LIMIT = 9  # occurrences compared
# How far a rule is followed when it has fewer, in days.
REACH = {"YEARLY": 45 * 366, "MONTHLY": 14 * 366, "WEEKLY": 6 * 366, "DAILY": 1100, "HOURLY": 50, "MINUTELY": 2, "SECONDLY": 0.01}
DAY = datetime.timedelta(days=1)
EPOCH = datetime.datetime(1970, 1, 1)


def is_legal(freq, parts):
    parts = set(parts)
    if {"COUNT", "UNTIL"} <= parts or {"BYDAY", "NTHDAY"} <= parts:
        return False
    if "BYWEEKNO" in parts and (freq != "YEARLY" or "NTHDAY" in parts):
        return False
    if "BYYEARDAY" in parts and freq in ("DAILY", "WEEKLY", "MONTHLY"):
        return False
    if "BYMONTHDAY" in parts and freq == "WEEKLY":
        return False
    if "NTHDAY" in parts and freq not in ("MONTHLY", "YEARLY"):
        return False
    return "BYSETPOS" not in parts or bool(parts & set(BY_PARTS) - {"BYSETPOS"})


# What a rule is drawn around: every part alone and every legal pair, with every frequency it is legal with.
SINGLES = [(freq, (part,)) for freq in FREQUENCIES for part in PARTS if is_legal(freq, (part,))]
PAIRS = [(freq, pair) for freq in FREQUENCIES for pair in itertools.combinations(PARTS, 2) if is_legal(freq, pair)]
# BYSETPOS stands in a pair with what it chooses from; with anything else it needs a third part.
FOCI = SINGLES + PAIRS


@dataclasses.dataclass
class Case:
    number: int
    kind: str  # "zoned", "utc", "floating", "all-day"
    zone: str
    start: datetime.datetime
    rules: list
    horizon: datetime.datetime
    focus: tuple = ()
    exrules: list = dataclasses.field(default_factory=list)
    rdates: list = dataclasses.field(default_factory=list)  # (start, seconds or None)
    exdates: list = dataclasses.field(default_factory=list)
    overrides: list = dataclasses.field(default_factory=list)  # (slot, new start or None for cancelled, and future)
    on_rule: bool = True  # every rule gives DTSTART
    reasons: dict = dataclasses.field(default_factory=dict)  # why an oracle is not asked

    def parts(self):
        found = set()
        for rule in self.rules:
            for name, value in rule.items():
                found.add("NTHDAY" if name == "BYDAY" and any(len(day) > 2 for day in value) else name)
        return found

    def utc(self, wall):
        """The instant of a wall-clock time, fold=0: the offset before a gap, the first pass of a fold."""
        if self.kind != "zoned":
            return int((wall - EPOCH).total_seconds())
        return int((wall - EPOCH).total_seconds() - wall.replace(tzinfo=zone_of(self.zone)).utcoffset().total_seconds())

    def skipped(self, wall):
        """How much the clocks of the zone leave out around that time; falsy when they do show it."""
        if self.kind != "zoned":
            return datetime.timedelta(0)
        utc = EPOCH.replace(tzinfo=datetime.timezone.utc) + datetime.timedelta(seconds=self.utc(wall))
        return utc.astimezone(zone_of(self.zone)).replace(tzinfo=None) - wall

    def horizon_utc(self):
        return self.utc(self.horizon)


_zones = {}


def zone_of(name):
    return _zones.setdefault(name, zoneinfo.ZoneInfo(name))


_changes = {}


def changes_of(name):
    """Wall-clock times around the changes of offset in some years, at which gaps begin and folds end."""
    if name not in _changes:
        found = []
        zone = zone_of(name)
        for year in (1999, 2011, 2024, 2026, 2031):
            at = datetime.datetime(year, 1, 1, tzinfo=datetime.timezone.utc)
            step = datetime.timedelta(hours=6)
            before = at.astimezone(zone)
            while at.year == year:
                at += step
                after = at.astimezone(zone)
                if after.utcoffset() != before.utcoffset():
                    low, high = at - step, at
                    while high - low > datetime.timedelta(minutes=1):
                        middle = low + (high - low) / 2
                        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == before.utcoffset() else (low, middle)
                    found.append((low.astimezone(zone).replace(tzinfo=None) + datetime.timedelta(minutes=1)).replace(second=0, microsecond=0))
                before = after
        _changes[name] = found
    return _changes[name]


class Drawer:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def chance(self, share):
        return self.random.random() < share

    def some(self, values, most):
        values = sorted(set(values))
        return sorted(self.random.sample(values, self.random.randint(1, min(most, len(values)))))

    def start(self, kind, zone, freq):
        """A start; often a little before a change of the clocks, at a time of day that the change skips or repeats."""
        r = self.random
        if kind == "zoned" and changes_of(zone) and self.chance(0.4):
            change = r.choice(changes_of(zone))
            start = change + datetime.timedelta(minutes=r.choice([-60, -30, -1, 0, 1, 29, 30, 59, 60, 90]))
            before = {"YEARLY": [0, 365, 731], "MONTHLY": [0, 28, 31, 61], "WEEKLY": [0, 7, 14], "DAILY": [0, 1, 2, 5]}.get(freq, [0])
            return start - r.choice(before) * DAY
        year = r.choices([1583, 1850, 1905, 1969, 1972, 1996, 1999, 2000, 2016, 2023, 2024, 2026, 2030, 2096, 2390, 2800, 9500],
                         [1, 1, 2, 2, 2, 3, 3, 3, 4, 6, 8, 8, 3, 3, 2, 1, 1])[0]
        start = datetime.datetime(year, 1, 1) + r.randrange(0, 1460) * DAY
        if kind != "all-day":
            start += datetime.timedelta(seconds=r.choice([0, 32400, 52200, r.randrange(86400)]))
        return start

    def near(self, value, low, high, most, reach):
        """Numbers from low to high, some of them near `value`, so that something matches soon; at once with reach 0."""
        r = self.random
        drawn = {low + (value + r.randint(-reach, reach) - low) % (high - low + 1) for _ in range(r.randint(1, most))}
        if reach == 0 or self.chance(0.5):
            drawn |= {value} if reach else {value, low + (value + 1 - low) % (high - low + 1)}
        return sorted(drawn)

    def part(self, name, freq, start, rule):
        r = self.random
        fine = freq in ("HOURLY", "MINUTELY", "SECONDLY")
        year_day = start.timetuple().tm_yday
        if name == "BYMONTH":
            if fine:
                rule[name] = sorted({start.month, *self.some(range(1, 13), 2)})
            else:
                rule[name] = self.near(start.month, 1, 12, 3, 3) if self.chance(0.5) else self.some(range(1, 13), 4)
        elif name == "BYWEEKNO":
            rule[name] = self.some([1, 2, 10, 20, 26, 40, 51, 52, 53, -1, -2, -10, -26, -52, -53, start.isocalendar()[1]], 3)
        elif name == "BYYEARDAY":
            if fine:
                rule[name] = sorted({1 + (year_day - 1 + k) % 365 for k in self.some(range(0, 3), 2)})
            else:
                rule[name] = self.some([1, 2, 31, 59, 60, 61, 100, 200, 365, 366, -1, -2, -60, -306, -307, -365, -366, year_day,
                                        year_day - 367], 4)
        elif name == "BYMONTHDAY":
            if fine:
                rule[name] = sorted({start.day, *self.some(range(1, 29), 1)}) if self.chance(0.7) else [-1, start.day]
            else:
                rule[name] = self.some([1, 2, 13, 15, 28, 29, 30, 31, -1, -2, -15, -28, -29, -30, -31, start.day, *range(3, 25, 4)], 5)
        elif name == "BYDAY":
            days = self.some(range(7), 3 if not fine else 5)
            if fine or self.chance(0.4):
                days = sorted({*days, start.weekday()})
            rule["BYDAY"] = [DAYS[day] for day in days]
        elif name == "NTHDAY":
            highest = 5 if freq == "MONTHLY" or "BYMONTH" in rule else 53
            ordinals = [1, 2, 3, 4, 5, -1, -2, -4, -5] + ([10, 26, 52, 53, -10, -52, -53] if highest == 53 else [])
            rule["BYDAY"] = sorted({f"{r.choice(ordinals)}{DAYS[day]}" for day in self.some(range(7), 3)})
        elif name == "BYHOUR":
            rule[name] = self.near(start.hour, 0, 23, 3, 0 if freq in ("MINUTELY", "SECONDLY") else 4)
        elif name == "BYMINUTE":
            rule[name] = self.near(start.minute, 0, 59, 3, 0 if freq == "SECONDLY" else 20)
        elif name == "BYSECOND":
            rule[name] = self.near(start.second, 0, 59, 3, 20)
        elif name == "BYSETPOS":
            rule[name] = self.some([1, 1, -1, -1, 2, 3, -2, -3, 5], 2)
        elif name == "WKST":
            rule[name] = r.choice(DAYS)
        elif name == "INTERVAL":
            rule[name] = r.choice([1, 2, 2, 3, 3, 4, 5, 7, 12, 24 if freq != "YEARLY" else 8, 90 if fine else 6])
        elif name == "COUNT":
            rule[name] = r.choice([1, 2, 3, 5, 8, 11, 30])

    def rule(self, freq, focus, start, kind):
        names = list(focus)
        if "BYSETPOS" in names and not set(names) & set(BY_PARTS) - {"BYSETPOS"}:
            names.append(self.random.choice([p for p in ("BYDAY", "BYHOUR", "BYMONTHDAY", "BYMINUTE") if is_legal(freq, names + [p])]))
        if len(focus) > 1 or not focus:
            for name in PARTS:
                share = {"BYWEEKNO": 0.04, "BYYEARDAY": 0.03, "BYSETPOS": 0.08, "INTERVAL": 0.2, "COUNT": 0.08, "UNTIL": 0.06}.get(name, 0.08)
                if name not in names and self.chance(share) and is_legal(freq, names + [name]):
                    names.append(name)
        if kind == "all-day":  # ignored for dates, and other programs do not ignore them
            names = [name for name in names if name not in ("BYHOUR", "BYMINUTE", "BYSECOND")]
            if "BYSETPOS" in names and not set(names) & set(BY_PARTS) - {"BYSETPOS"}:
                names.remove("BYSETPOS")
        rule = {"FREQ": freq}
        for name in sorted(names, key=PARTS.index):
            self.part(name, freq, start, rule)
        if "BYSETPOS" in rule and freq in FREQUENCIES[4:]:  # a place that no set has keeps other programs busy for ever
            size = len(rule.get("BYSECOND", [0])) if freq != "SECONDLY" else 1
            size *= len(rule.get("BYMINUTE", [0])) if freq == "HOURLY" else 1
            rule["BYSETPOS"] = sorted({max(-size, min(size, place)) for place in rule["BYSETPOS"]})
        if "UNTIL" in names:
            reach = {"YEARLY": 3000, "MONTHLY": 400, "WEEKLY": 70, "DAILY": 12, "HOURLY": 1, "MINUTELY": 0.02, "SECONDLY": 0.0002}[freq]
            until = start + datetime.timedelta(seconds=self.random.choice([0, 1, 0.3, 0.7, 1.5]) * reach * 86400)
            rule["UNTIL"] = until.replace(microsecond=0) + datetime.timedelta(seconds=self.random.choice([0, 0, 3600, -1 if until > start else 0]))
            if kind == "all-day":
                rule["UNTIL"] = rule["UNTIL"].replace(hour=0, minute=0, second=0)
        return rule

    def case(self, number, freq, focus):
        timed = {"BYHOUR", "BYMINUTE", "BYSECOND"} & set(focus) or freq in ("HOURLY", "MINUTELY", "SECONDLY")
        kind = self.random.choices(["zoned", "utc", "floating", "all-day"], [70, 6, 8, 0 if timed else 16])[0]
        zone = self.random.choice(ZONES) if kind == "zoned" else ""
        start = self.start(kind, zone, freq)
        if kind == "all-day":
            start = start.replace(hour=0, minute=0, second=0)
        rule = self.rule(freq, focus, start, kind)
        reach = datetime.timedelta(days=REACH[freq] * min(rule.get("INTERVAL", 1), 8))
        horizon = min(start + reach, datetime.datetime(9990, 1, 1))
        return Case(number, kind, zone, start, [rule], horizon, (freq, focus))

    def add_company(self, case):
        """More rules, RDATEs, EXDATEs, EXRULEs and overrides around the one rule of `case`."""
        r = self.random
        freq = case.rules[0]["FREQ"]
        unit = {"YEARLY": 200, "MONTHLY": 20, "WEEKLY": 5, "DAILY": 1, "HOURLY": 1 / 24, "MINUTELY": 1 / 1440, "SECONDLY": 1 / 86400}[freq]

        def some_time():
            time = case.start + datetime.timedelta(seconds=int(86400 * unit * r.uniform(0, 10)))
            return time.replace(hour=case.start.hour, minute=case.start.minute, second=case.start.second) if unit >= 1 else time

        if self.chance(0.35):
            focus = r.choice([(), ("BYDAY",), ("BYMONTH",), ("COUNT",), ("INTERVAL",), ("BYMONTHDAY",)])
            if is_legal(freq, focus):
                case.rules.append(self.rule(freq, focus, case.start, case.kind))
        if self.chance(0.4):
            case.rdates = sorted({(some_time(), None) for _ in range(r.randint(1, 3))})
            if case.kind != "all-day" and self.chance(0.4):
                case.rdates = [(time, r.choice([600, 5400])) for time, _ in case.rdates]
        if self.chance(0.25):
            focus = r.choice([("BYDAY",), ("BYMONTH",), ("INTERVAL",), ("COUNT",)])
            case.exrules = [self.rule(freq, focus, case.start, case.kind)]
        return some_time


def on_the_wall(case):
    """The same series without its zone."""
    return dataclasses.replace(case, kind="floating", zone="") if case.kind == "zoned" else case


def text_of(rule, case):
    """The rule's value; UNTIL in the form that RFC 5545 wants for the case's DTSTART."""
    out = []
    for name, value in rule.items():
        if name == "UNTIL":
            value = stamp(value, case.kind) if case.kind != "zoned" else (
                EPOCH + datetime.timedelta(seconds=case.utc(value))).strftime("%Y%m%dT%H%M%SZ")
        elif isinstance(value, list):
            value = ",".join(map(str, value))
        out.append(f"{name}={value}")
    return ";".join(out)


def stamp(time, kind):
    date = f"{time.year:04}{time.month:02}{time.day:02}"
    if kind == "all-day":
        return date
    return date + f"T{time.hour:02}{time.minute:02}{time.second:02}" + ("Z" if kind == "utc" else "")


def calendar_of(case):
    """The case as iCalendar text."""
    params = {"zoned": f";TZID={case.zone}", "all-day": ";VALUE=DATE"}.get(case.kind, "")
    length = "DURATION:P1D" if case.kind == "all-day" else "DURATION:PT30M"

    def times(name, values):
        return f"{name}{params}:" + ",".join(stamp(value, case.kind) for value in values)

    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//kalends//oracle//EN", "BEGIN:VEVENT", "UID:u", times("DTSTART", [case.start]),
             length]
    lines += ["RRULE:" + text_of(rule, case) for rule in case.rules]
    lines += ["EXRULE:" + text_of(rule, case) for rule in case.exrules]
    plain = [time for time, seconds in case.rdates if seconds is None]
    if plain:
        lines.append(times("RDATE", plain))
    for time, seconds in case.rdates:
        if seconds is not None:
            lines.append(f"RDATE;VALUE=PERIOD{params}:{stamp(time, case.kind)}/PT{seconds // 60}M")
    if case.exdates:
        lines.append(times("EXDATE", case.exdates))
    lines.append("END:VEVENT")
    for slot, moved, future in case.overrides:
        name = "RECURRENCE-ID;RANGE=THISANDFUTURE" if future else "RECURRENCE-ID"
        lines += ["BEGIN:VEVENT", "UID:u", times(name, [slot]), times("DTSTART", [moved or slot]), length]
        lines += ["STATUS:CANCELLED"] if moved is None else []
        lines.append("END:VEVENT")
    return "\n".join(lines + ["END:VCALENDAR"])


def generate(number, seed):
    """`number` cases: three quarters are one rule around a focus, taken in turn; the others have company. Slots for
    EXDATEs and overrides have to be ones the series has, so they are added later, by place: see with_changes()."""
    drawer = Drawer(seed)
    cases = []
    for i in range(number):
        if i % 4 != 3:
            freq, focus = FOCI[(i - i // 4) % len(FOCI)]
            cases.append(drawer.case(i, freq, focus))
            continue
        freq = drawer.random.choices(FREQUENCIES, [6, 6, 6, 6, 2, 1, 0.5])[0]
        focus = drawer.random.choice([f for fr, f in FOCI if fr == freq])
        case = drawer.case(i, freq, focus)
        case.focus = ()
        drawer.add_company(case)
        cases.append(case)
    return cases, drawer


def start_on_rule(case, first):
    """Moves DTSTART to the first time its rule gives; what follows DTSTART when it is elsewhere is undefined (RFC 5545 section
    3.8.5.3), and left to a tenth of the cases."""
    if first is None or first == case.start or first >= case.horizon:
        return
    delta = first - case.start
    for rule in case.rules + case.exrules:
        if "UNTIL" in rule:
            rule["UNTIL"] += delta
    case.rdates = [(time + delta, seconds) for time, seconds in case.rdates]
    case.start = first


def with_changes(case, slots, drawer):
    """EXDATEs and overrides on some of `slots`, which the series has."""
    r = drawer.random
    slots = slots[: LIMIT - 2]
    if len(slots) < 2:
        return
    kind = r.choice(["none", "exdate", "exdate", "override", "override", "future"])
    if kind == "exdate":
        case.exdates = sorted(r.sample(slots, r.randint(1, 2)))
    elif kind == "override":
        for slot in sorted(r.sample(slots, r.randint(1, 2))):
            moved = slot + r.choice([-1, 1, 3]) * (DAY if case.kind == "all-day" else datetime.timedelta(minutes=45))
            case.overrides.append((slot, None if drawer.chance(0.25) else moved, False))
    elif kind == "future":
        slot = r.choice(slots)
        shift = r.choice([-1, 1, 2]) * (DAY if case.kind == "all-day" else datetime.timedelta(minutes=45))
        case.overrides.append((slot, slot + shift, True))
