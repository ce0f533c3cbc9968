"""A realistic year of events, the same at every run: what an office calendar and a private vault hold."""

import datetime as dt
import random

YEAR = 2026
BERLIN = "TZID=Europe/Berlin"

MEETINGS = ["Budget review", "Interview: backend", "Architecture round", "Customer call: Müller & Söhne", "Design critique",
            "Release planning", "Security training", "Quarterly numbers", "Demo for sales", "Retrospective",
            "Onboarding: Zoë", "Contract: Łódź office", "Workshop 設計", "Lunch with the auditors", "Incident review 🔥"]
ROOMS = ["Room 3", "Room 11", "Kitchen", "https://meet.example.org/team", "", ""]
PRIVATE = ["Dentist", "Football", "Choir practice", "Parents' evening", "Car to the garage", "Cinema: «Amélie»", "Library",
           "Dinner at Ana's", "Haircut", "Swimming with Jürgen", "Repair café", "Gym"]
BIRTHDAYS = ["Ana", "Björn", "Chloé", "Dmitri", "Eun-ji 은지", "Fatima", "Grażyna", "Héctor", "Ingrid", "Jürgen", "Kaito 海斗",
             "Lena", "Mehmet", "Niamh", "Ólafur", "Priya", "Quentin", "Rosa", "Søren", "Tereza"]
HOLIDAYS = [(1, 1, "New Year"), (4, 3, "Good Friday"), (4, 6, "Easter Monday"), (5, 1, "Labour Day"), (5, 14, "Ascension"),
            (5, 25, "Whit Monday"), (10, 3, "Unity Day"), (12, 25, "Christmas"), (12, 26, "Boxing Day")]
TRIPS = [(2, 9, 3, "Trip to Lisbon", "Europe/Lisbon"), (4, 20, 4, "Conference in New York", "America/New_York"),
         (6, 15, 2, "Workshop in Kyoto", "Asia/Tokyo"), (9, 7, 5, "Fair in São Paulo", "America/Sao_Paulo"),
         (11, 16, 2, "Visit to Reykjavík", "Atlantic/Reykjavik")]

EUROPE = ("19700329T{0}0000", "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "19701025T{1}0000", "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU")
AMERICA = ("19700308T{0}0000", "FREQ=YEARLY;BYMONTH=3;BYDAY=2SU", "19701101T{1}0000", "FREQ=YEARLY;BYMONTH=11;BYDAY=1SU")
# zone -> winter offset, summer offset, hours at which the clocks change, when they do; clients send these along.
ZONES = {"Europe/Berlin": ("+0100", "+0200", ("02", "03"), EUROPE), "Europe/Lisbon": ("+0000", "+0100", ("01", "02"), EUROPE),
         "America/New_York": ("-0500", "-0400", ("02", "02"), AMERICA), "Asia/Tokyo": ("+0900", "", (), ()),
         "America/Sao_Paulo": ("-0300", "", (), ()), "Atlantic/Reykjavik": ("+0000", "", (), ())}


def vtimezone(name):
    winter, summer, hours, rules = ZONES[name]
    lines = ["BEGIN:VTIMEZONE", f"TZID:{name}"]
    if summer:
        lines += ["BEGIN:DAYLIGHT", f"DTSTART:{rules[0].format(*hours)}", f"RRULE:{rules[1]}", f"TZOFFSETFROM:{winter}",
                  f"TZOFFSETTO:{summer}", "END:DAYLIGHT", "BEGIN:STANDARD", f"DTSTART:{rules[2].format(*hours)}",
                  f"RRULE:{rules[3]}", f"TZOFFSETFROM:{summer}"]
    else:
        lines += ["BEGIN:STANDARD", "DTSTART:19700101T000000", f"TZOFFSETFROM:{winter}"]
    return "".join(line + "\r\n" for line in [*lines, f"TZOFFSETTO:{winter}", "END:STANDARD", "END:VTIMEZONE"])


def stamp(moment):
    return moment.strftime("%Y%m%dT%H%M%S")


def escape(text):
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def calendar(zone, *components):
    head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Office//EN\r\n"
    return head + vtimezone(zone) + "".join(components) + "END:VCALENDAR\r\n"


def vevent(uid, title, *lines):
    inside = [f"UID:{uid}", f"DTSTAMP:{YEAR}0101T000000Z", f"SUMMARY:{escape(title)}", *[line for line in lines if line]]
    return "BEGIN:VEVENT\r\n" + "".join(line + "\r\n" for line in inside) + "END:VEVENT\r\n"


def zoned(name, moment, zone="Europe/Berlin"):
    return f"{name};TZID={zone}:{stamp(moment)}"


def single(uid, title, start, minutes, room="", zone="Europe/Berlin"):
    end = start + dt.timedelta(minutes=minutes)
    where = "" if not room else f"URL:{room}" if room.startswith("https") else f"LOCATION:{room}"
    return calendar(zone, vevent(uid, title, zoned("DTSTART", start, zone), zoned("DTEND", end, zone), where))


def weekly(uid, title, start, minutes, rule, changes=()):
    end = start + dt.timedelta(minutes=minutes)
    parts = [vevent(uid, title, zoned("DTSTART", start), zoned("DTEND", end), f"RRULE:{rule}",
                    *[f"EXDATE;{BERLIN}:{stamp(slot)}" for slot, moved in changes if moved is None])]
    for slot, moved in changes:
        if moved is not None:
            parts.append(vevent(uid, title + " (moved)", zoned("RECURRENCE-ID", slot), zoned("DTSTART", moved),
                                zoned("DTEND", moved + dt.timedelta(minutes=minutes))))
    return calendar("Europe/Berlin", *parts)


def workdays():
    day = dt.date(YEAR, 1, 5)
    while day.year == YEAR:
        if day.weekday() < 5:
            yield day
        day += dt.timedelta(days=1)


def office():
    """uid -> iCalendar text of what the office calendar holds."""
    chance = random.Random(YEAR)
    events = {}

    def at(month, day, hour, minute=0):
        return dt.datetime(YEAR, month, day, hour, minute)

    events["standup"] = weekly("standup@office", "Stand-up", at(1, 5, 9, 15), 15, "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
                               [(at(5, 1, 9, 15), None), (at(12, 25, 9, 15), None)])
    # 29 March and 25 October are the days on which Berlin's clocks change.
    events["planning"] = weekly("planning@office", "Team planning", at(1, 6, 14), 60, "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU",
                                [(at(3, 31, 14), at(4, 1, 10)), (at(10, 27, 14), None)])
    events["oncall"] = weekly("oncall@office", "On-call handover", at(1, 4, 18), 30, "FREQ=WEEKLY;BYDAY=SU;COUNT=40")
    events["allhands"] = weekly("allhands@office", "All hands", at(1, 29, 16), 45, "FREQ=MONTHLY;BYDAY=-1TH")
    events["night"] = weekly("night@office", "Night deployment", at(3, 22, 2, 30), 60, "FREQ=WEEKLY;BYDAY=SU;COUNT=4")
    for month, day, length, title, zone in TRIPS:
        first = at(month, day, 9)
        events[f"trip{month}"] = single(f"trip{month}@office", title, first, 60 * (24 * length - 15), "", zone)
    for number, day in enumerate(chance.sample(list(workdays()), 150)):
        start = dt.datetime.combine(day, dt.time(chance.randint(9, 16), chance.choice([0, 15, 30])))
        events[f"m{number}"] = single(f"m{number}@office", chance.choice(MEETINGS), start, chance.choice([30, 45, 60, 90]),
                                      chance.choice(ROOMS))
    return events


def note(title, **keys):
    lines = ["---", f'title: "{title}"'] + [f"{name}: {value}" for name, value in keys.items()] + ["---"]
    return "\n".join(lines) + "\n"


def vault():
    """file name -> text of the notes that the vault holds."""
    chance = random.Random(YEAR + 1)
    notes = {}
    for number, name in enumerate(BIRTHDAYS):
        born = dt.date(chance.randint(1950, 2015), number % 12 + 1, chance.randint(1, 28))
        notes[f"(birthday) {name}.md"] = note(f"{name}'s birthday", type="rrule", allDay="true", startDate=born,
                                              rrule="FREQ=YEARLY", skipDates="[]")
    for month, day, title in HOLIDAYS:
        notes[f"{dt.date(YEAR, month, day)} {title}.md"] = note(title, type="single", allDay="true",
                                                                date=dt.date(YEAR, month, day))
    notes["Choir.md"] = note("Choir practice (weekly)", type="recurring", allDay="false", startTime='"19:30"',
                             endTime='"21:00"', daysOfWeek="[W]", startRecur=dt.date(YEAR, 1, 7))
    taken = set()
    while len(taken) < 110:
        day = dt.date(YEAR, 1, 1) + dt.timedelta(days=chance.randint(0, 364))
        title = chance.choice(PRIVATE)
        if (day, title) in taken:
            continue
        taken.add((day, title))
        hour = chance.randint(7, 20)
        body = "\nAsk about the bill.\n" if title == "Car to the garage" else ""
        notes[f"{day} {title.replace(':', '')}.md"] = note(title, type="single", allDay="false", date=day,
                                                           startTime=f'"{hour:02}:00"', endTime=f'"{hour + 1:02}:00"') + body
    return notes
