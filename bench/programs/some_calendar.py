"""A calendar such as a person has: of ten events seven at a time of day in a zone, one all day, two that recur."""

from datetime import date, timedelta

ZONE = """BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:STANDARD
DTSTART:19961027T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19810329T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
END:VTIMEZONE
"""


def uid(number):
    return f"event-{number:06}@bench.example"


def event(number, title=None):
    """The text of one resource; the same number always gives the same one."""
    day = date(2024, 1, 1) + timedelta(days=number * 7919 % 1000)
    title = title or f"Meeting {number} about the plan"
    lines = [f"UID:{uid(number)}", "DTSTAMP:20240101T000000Z", f"SUMMARY:{title}"]
    kind = number % 10
    if kind == 9:
        lines += [f"DTSTART;VALUE=DATE:{day:%Y%m%d}", f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}"]
    else:
        at = f"{day:%Y%m%d}T{8 + number % 9:02}{number % 4 * 15:02}00"
        lines += [f"DTSTART;TZID=Europe/Berlin:{at}", "DURATION:PT45M"]
    if kind == 7:
        lines.append(f"RRULE:FREQ=WEEKLY;BYDAY={'MO TU WE TH FR SA SU'.split()[day.weekday()]};COUNT=20")
    if kind == 8:
        lines.append("RRULE:FREQ=MONTHLY;COUNT=12")
    lines += [f"LOCATION:Room {number % 40}", "DESCRIPTION:Agenda\\, minutes and everything that belongs to it.",
              "CATEGORIES:Work", "CREATED:20240101T000000Z", "LAST-MODIFIED:20240102T000000Z", "SEQUENCE:0"]
    zone = "" if kind == 9 else ZONE
    text = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Bench//Some calendar//EN\n" + zone
    text += "BEGIN:VEVENT\n" + "\n".join(lines) + "\nEND:VEVENT\nEND:VCALENDAR\n"
    return text.replace("\n", "\r\n")
