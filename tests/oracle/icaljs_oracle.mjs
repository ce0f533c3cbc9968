// ical.js's answers for the oracle test, in the form of libical_oracle.cc: "WALL/UTC" of each start, in order; the instant
// is what its zone, from the VTIMEZONE in ZONES.ics, gives the time. Usage: icaljs_oracle.mjs ZONES.ics < CASES. Overrides and THISANDFUTURE are applied by ICAL.Event.
import fs from 'node:fs';
import ICAL from 'ical.js';

ICAL.design.strict = false;
const zones = new ICAL.Component(ICAL.parse(fs.readFileSync(process.argv[2], 'utf8')));
for (const component of zones.getAllSubcomponents('vtimezone')) {
  const zone = new ICAL.Timezone(component);
  ICAL.TimezoneService.register(zone, zone.tzid);
  // All it will ever know, at once: expanded bit by bit it forgets the rules of earlier years.
  zone.utcOffset(new ICAL.Time({ year: 2034, month: 12, day: 1 }));
}

// A rule that never matches again keeps ical.js busy for ever; it looks at every candidate here.
const MAX_CANDIDATES = 500;
let candidates = 0;
const check = ICAL.RecurIterator.prototype.check_contracting_rules;
ICAL.RecurIterator.prototype.check_contracting_rules = function () {
  if (++candidates > MAX_CANDIDATES) throw new Error('too slow');
  return check.call(this);
};

const two = (n) => String(n).padStart(2, '0');
const wall = (t) =>
  `${String(t.year).padStart(4, '0')}-${two(t.month)}-${two(t.day)}T${two(t.hour)}:${two(t.minute)}:${two(t.second)}`;

// The time's seconds since 1970, read as UTC, and in the zone.
function seconds(time) {
  const date = new Date(Date.UTC(2000, time.month - 1, time.day, time.hour, time.minute, time.second));
  date.setUTCFullYear(time.year, time.month - 1, time.day);
  return date.getTime() / 1000;
}
const utc = (time, zone) => seconds(time) - (zone ? zone.utcOffset(time) : 0);

const MAX_STEPS = 400;

function answer(text, limit, horizon, zone) {
  candidates = 0;
  const calendar = new ICAL.Component(ICAL.parse(text));
  const [master, ...others] = calendar.getAllSubcomponents('vevent');
  const event = new ICAL.Event(master, { strictExceptions: true, exceptions: others });
  const last = horizon + 4 * 86400; // on the wall, with room for moved ones
  const found = [];
  const iterator = event.iterator();
  for (let steps = 0; ; ++steps) {
    if (steps === MAX_STEPS) return 'error too slow';
    const next = iterator.next();
    if (!next) break;
    const details = event.getOccurrenceDetails(next);
    if (details.item.component.getFirstPropertyValue('status') === 'CANCELLED') continue;
    const start = details.startDate;
    const at = seconds(start);
    if (seconds(next) > last) break;
    if (at < horizon) found.push([at, `${wall(start)}/${utc(start, zone)}`]);
    if (found.length >= limit + 3 && at >= horizon - 1) break;
  }
  found.sort((a, b) => a[0] - b[0]);
  return found.slice(0, limit).map(([, text]) => text).join(' ');
}

const out = [];
let lines = null;
let head = null;
for (const line of fs.readFileSync(0, 'utf8').split('\n')) {
  if (line.startsWith('CASE ')) {
    head = line.split(' ');
    lines = [];
    continue;
  }
  if (lines === null) continue;
  lines.push(line);
  if (line !== 'END:VCALENDAR') continue;
  try {
    out.push(answer(lines.join('\r\n'), Number(head[1]), Number(head[2]), ICAL.TimezoneService.get(head[3])));
  } catch (error) {
    out.push(`error ${String(error.message).split('\n')[0]}`);
  }
  lines = null;
}
fs.writeSync(1, out.join('\n') + '\n');
