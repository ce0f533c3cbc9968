"""What libical and ical.js are not asked, and why; and the verdict over all answers.

python3-dateutil (brought to common ground as dateutil_oracle.py says) and Python's zoneinfo have to agree with us in every
case, wall clock and instant, without exception. libical 3.0.16 and ical.js 2.2.1 implement less of RFC 5545 and have known
mistakes: a case that meets one of those is counted under its name and not asked; whatever they are asked, they have to agree.
docs/TESTING.md tells each difference with its source. Because dateutil answers every case, no mistake of ours can hide here.
"""
import collections
import datetime

from cases import LIMIT

LEAST_AGREEING = {"dateutil": 1, "libical": 0.38, "ical.js": 0.27}
MOST_FOR_ONE_REASON = 0.2

FINE = ("HOURLY", "MINUTELY", "SECONDLY")
OWN_LIST = {"HOURLY": "BYHOUR", "MINUTELY": "BYMINUTE", "SECONDLY": "BYSECOND"}
TIME_LISTS = {"BYHOUR", "BYMINUTE", "BYSECOND"}
DATE_LISTS = {"BYMONTH", "BYWEEKNO", "BYYEARDAY", "BYMONTHDAY", "BYDAY"}


def is_negative(rule, name):
    return any(int(value) < 0 for value in rule.get(name, []))


def has_ordinals(rule):
    return any(len(day) > 2 for day in rule.get("BYDAY", []))


# Differences that one rule of the case is enough for: name -> what holds for (case, rule).
LIBICAL_RULES = {
    "BYMONTHDAY below zero, DAILY and finer": lambda c, r: r["FREQ"] in ("DAILY", *FINE) and is_negative(r, "BYMONTHDAY"),
    "YEARLY;BYMONTHDAY without BYMONTH": lambda c, r: r["FREQ"] == "YEARLY" and "BYMONTHDAY" in r and "BYMONTH" not in r,
    "YEARLY;BYYEARDAY beside BYMONTH": lambda c, r: r["FREQ"] == "YEARLY" and {"BYYEARDAY", "BYMONTH"} <= r.keys(),
    "BYWEEKNO": lambda c, r: "BYWEEKNO" in r,
    "BYSETPOS, but of days in a month or year": lambda c, r: "BYSETPOS" in r and (
        r["FREQ"] not in ("MONTHLY", "YEARLY") or TIME_LISTS & r.keys() or is_negative(r, "BYMONTHDAY")
        or is_negative(r, "BYYEARDAY")),
    "WEEKLY with INTERVAL and another WKST": lambda c, r: r["FREQ"] == "WEEKLY" and r.get("INTERVAL", 1) > 1
    and r.get("WKST", "MO") != "MO",
    "a list of the rule's own unit": lambda c, r: OWN_LIST.get(r["FREQ"]) in r,
    "INTERVAL beside a list of a longer unit": lambda c, r: r["FREQ"] in ("MINUTELY", "SECONDLY") and r.get("INTERVAL", 1) > 1
    and {"BYHOUR", "BYMINUTE"} & r.keys(),
}
ICALJS_RULES = {
    "BYSETPOS": lambda c, r: "BYSETPOS" in r,
    "BYWEEKNO": lambda c, r: "BYWEEKNO" in r,
    "BYYEARDAY": lambda c, r: "BYYEARDAY" in r,
    "YEARLY with lists of times": lambda c, r: r["FREQ"] == "YEARLY" and TIME_LISTS & r.keys(),
    "YEARLY with ordinals": lambda c, r: r["FREQ"] == "YEARLY" and has_ordinals(r),
    "YEARLY;BYMONTHDAY, in all months or not in every one": lambda c, r: r["FREQ"] == "YEARLY" and "BYMONTHDAY" in r and (
        "BYMONTH" not in r or any(not 0 < day < 29 for day in r["BYMONTHDAY"])),
    "days past the 28th": lambda c, r: r["FREQ"] in ("YEARLY", "MONTHLY") and c.start.day > 28
    and not {"BYDAY", "BYMONTHDAY"} & r.keys(),
    "MONTHLY;BYMONTHDAY, not in all months, beside times": lambda c, r: r["FREQ"] == "MONTHLY" and TIME_LISTS & r.keys()
    and any(not 0 < day < 29 for day in r.get("BYMONTHDAY", [])),
    "MONTHLY;BYMONTH": lambda c, r: r["FREQ"] == "MONTHLY" and "BYMONTH" in r,
    "MONTHLY;BYDAY beside other lists": lambda c, r: r["FREQ"] == "MONTHLY" and "BYDAY" in r and (
        (TIME_LISTS | {"BYMONTH", "BYMONTHDAY"}) & r.keys()),
    "BYMONTHDAY below zero, DAILY and finer": lambda c, r: r["FREQ"] in ("DAILY", *FINE) and is_negative(r, "BYMONTHDAY"),
    "a list of the rule's own unit": lambda c, r: OWN_LIST.get(r["FREQ"]) in r,
}
# Differences of the whole case.
LIBICAL_CASES = {
    "years before 1902 and after 2582": lambda c: c.start.year < 1903 or c.horizon.year > 2580,
    "RDATE with a period": lambda c: any(seconds is not None for _, seconds in c.rdates),
    "overrides": lambda c: bool(c.overrides),
    "EXRULE": lambda c: bool(c.exrules),
}
ICALJS_CASES = {
    "EXRULE": lambda c: bool(c.exrules),
    "two sources for one time": lambda c: len(c.rules) > 1 or len(c.rdates) > 0,
    "RDATE with a period": lambda c: any(seconds is not None for _, seconds in c.rdates),
}


def why_not(case, ours, rules, whole):
    """The names of the differences that the case meets."""
    found = [name for name, applies in whole.items() if applies(case)]
    for name, applies in rules.items():
        if any(applies(case, rule) for rule in case.rules + case.exrules):
            found.append(name)
    if len(ours) < LIMIT and not all({"COUNT", "UNTIL"} & rule.keys() for rule in case.rules + case.exrules):
        found.append("nothing more for years")
    if not case.on_rule:
        found.append("DTSTART is not on the rule")
    return found


def not_asked(case, ours):
    return {"libical": why_not(case, ours, LIBICAL_RULES, LIBICAL_CASES),
            "ical.js": why_not(case, ours, ICALJS_RULES, ICALJS_CASES)}


def walls(answer):
    return [wall for wall, _ in answer] if not isinstance(answer, str) else answer


def read_otherwise(case, answer):
    """How many times of a zoned case mean another instant to the oracle's zone than to Python's."""
    if case.kind != "zoned":
        return 0
    return sum(utc != case.utc(datetime.datetime.fromisoformat(wall)) for wall, utc in answer)


def judge(cases, answers, show, shown):
    """Prints the counts and what disagrees; the exit code."""
    counts, wrong = collections.Counter(), 0

    def disagree(index, who, why):
        nonlocal wrong
        wrong += 1
        if wrong <= shown:
            print(f"{who} {why}:")
            show(cases[index], answers, index)

    for i, case in enumerate(cases):
        if answers["dateutil"][i] == answers["ours"][i]:
            counts["dateutil", "agrees"] += 1
        else:
            disagree(i, "dateutil", "disagrees")
        for oracle in ("libical", "ical.js"):
            if case.reasons[oracle]:
                for reason in case.reasons[oracle]:
                    counts[oracle, "not asked: " + reason] += 1
                counts[oracle, "not asked"] += 1
                continue
            theirs = answers[oracle][i]
            if theirs == "error too slow":
                counts[oracle, "too slow"] += 1
            elif walls(theirs) != walls(answers["wall"][i]):
                disagree(i, oracle, "disagrees")
            else:
                counts[oracle, "agrees"] += 1
                counts[oracle, "times read otherwise"] += read_otherwise(case, theirs)
                counts[oracle, "times read"] += len(theirs)
    for (oracle, what), count in sorted(counts.items()):
        print(f"{oracle:9} {what:60} {count:6}")
    print(f"{len(cases)} cases, {wrong} disagreements")
    return 1 if wrong or not enough_agree(counts, len(cases)) else 0


def enough_agree(counts, cases):
    """Whether no class has outgrown what it is for: each oracle still has its share of the cases, and no reason takes more than
    a fifth."""
    enough = True
    for oracle, least in LEAST_AGREEING.items():
        if counts[oracle, "agrees"] < least * cases:
            print(f"{oracle} agrees in {counts[oracle, 'agrees']} cases, fewer than {least:.0%}: a difference has grown")
            enough = False
    for (oracle, what), count in counts.items():
        if what.startswith("not asked: ") and count > MOST_FOR_ONE_REASON * cases:
            print(f"{oracle} is {what} in {count} cases, more than {MOST_FOR_ONE_REASON:.0%}")
            enough = False
    return enough
