#!/usr/bin/env bash
# Two readers of iCalendar move what stands at the end of a month.
# ts-ics 2.4.6: "on the last day of each month" (BYMONTHDAY=-1) from 30 September 2026 comes on 30 October, 29 November, 30 December: a day early
# in each month, and the first one is left out.
# ts-ics 2.4.6, and node-ical 0.26.1 with rrule-temporal 1.6.0: a night duty that begins on 31 August and comes monthly is put on 30 September,
# and stays on the 30th in October and December, which have a 31st. With BYMONTHDAY=31 written out, both are right.
# RFC 5545 §3.3.10: negative days count from the end of the month, and a day that a month lacks is ignored and not counted by COUNT.
# recurring-ical-events 3.8.2 (icalendar 7.3.2) answers so.
# What follows: a feed for unknown readers gives duties at the end of a month as single events, and BYMONTHDAY=31 where the 31st is meant.
# rrule-temporal 2.2.8 has the second one right; node-ical 0.26.1 asks for ^1.5.3.
# Needs Node.js >= 20, npm, Python >= 3.10 with venv, and pip. Fails when the behaviour changes.
set -euo pipefail
export TZ=Asia/Shanghai
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts ts-ics@2.4.6 node-ical@0.26.1 rrule-temporal@1.6.0 2>/dev/null
python3 -m venv env
env/bin/pip install --quiet recurring-ical-events==3.8.2 icalendar==7.3.2

cat >read.mjs <<'JS'
import { writeFileSync } from 'node:fs';
import ical from 'node-ical';
import { convertIcsCalendar, extendByRecurrenceRule } from 'ts-ics';

const calendars = {
  'last day of each month': ['20260930T140000Z', 'FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=4'],
  'monthly from 31 August': ['20260831T140000Z', 'FREQ=MONTHLY;COUNT=4'],
  'on each 31st': ['20260831T140000Z', 'FREQ=MONTHLY;BYMONTHDAY=31;COUNT=4'],
};
const days = (dates) => dates.map((date) => new Date(date).toISOString().slice(0, 10)).join(' ');
const end = new Date('2028-01-01T00:00:00Z');
for (const [name, [start, rule]] of Object.entries(calendars)) {
  const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//duty//EN', 'BEGIN:VEVENT', 'UID:duty', 'DTSTAMP:20260801T000000Z'];
  const text = [...lines, `DTSTART:${start}`, 'DURATION:PT1H', `RRULE:${rule}`, 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n');
  writeFileSync(`${name}.ics`, text);
  const [event] = convertIcsCalendar(undefined, text).events;
  console.log(`ts-ics, ${name}: ${days(extendByRecurrenceRule(event.recurrenceRule, { start: event.start.date, end }))}`);
  console.log(`node-ical, ${name}: ${days(ical.sync.parseICS(text).duty.rrule.all())}`);
}
JS
cat >read.py <<'PY'
import glob

import icalendar
import recurring_ical_events

for path in sorted(glob.glob('*.ics')):
    with open(path, 'rb') as file:
        found = recurring_ical_events.of(icalendar.Calendar.from_ical(file.read())).between('20260801', '20280101')
    print(f'recurring-ical-events, {path[:-4]}:', *sorted(f'{event.start:%Y-%m-%d}' for event in found))
PY
seen=$(
  node --no-warnings read.mjs
  env/bin/python read.py
)
echo "$seen"
expected='ts-ics, last day of each month: 2026-10-30 2026-11-29 2026-12-30 2027-01-30
node-ical, last day of each month: 2026-09-30 2026-10-31 2026-11-30 2026-12-31
ts-ics, monthly from 31 August: 2026-08-31 2026-09-30 2026-10-30 2026-11-30
node-ical, monthly from 31 August: 2026-08-31 2026-09-30 2026-10-30 2026-11-30
ts-ics, on each 31st: 2026-08-31 2026-10-31 2026-12-31 2027-01-31
node-ical, on each 31st: 2026-08-31 2026-10-31 2026-12-31 2027-01-31
recurring-ical-events, last day of each month: 2026-09-30 2026-10-31 2026-11-30 2026-12-31
recurring-ical-events, monthly from 31 August: 2026-08-31 2026-10-31 2026-12-31 2027-01-31
recurring-ical-events, on each 31st: 2026-08-31 2026-10-31 2026-12-31 2027-01-31'
[ "$seen" = "$expected" ] || { echo 'Changed'; exit 1; }
echo 'As described.'
