#!/usr/bin/env bash
# ical.js 2.2.1: two kinds of yearly rules come every week, without an error. "Monday of week 20" (BYWEEKNO=20;BYDAY=MO) from 12 May 1997 comes on
# 19 May, 26 May, 2 June and so on: the first one is left out, and the number of the week is left out of account. "The 20th Monday of the year"
# (BYDAY=20MO) from 19 May 1997 comes each Monday as well; the second Monday (BYDAY=2MO) comes yearly, as it should.
# RFC 5545 §3.8.5.3 has both among its examples: 12 May 1997, 11 May 1998, 17 May 1999, and 19 May 1997, 18 May 1998, 17 May 1999.
# recurring-ical-events 3.8.2 (icalendar 7.3.2) answers so. Neither was found told to its authors; they know of BYSETPOS and of 29 February.
# What follows: a school's year goes by weeks, and "registration on the Monday of week 36" is in a student's calendar fifty times a year, but not
# on its first day. A feed for unknown readers gives such days as single events.
# Needs Node.js >= 20, npm, Python >= 3.10 with venv, and pip. Fails when the behaviour changes.
set -euo pipefail
export TZ=Asia/Shanghai
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts ical.js@2.2.1 2>/dev/null
python3 -m venv env
env/bin/pip install --quiet recurring-ical-events==3.8.2 icalendar==7.3.2

cat >read.mjs <<'JS'
import { writeFileSync } from 'node:fs';
import ICAL from 'ical.js';

const rules = {
  '1 week 20, Monday': ['19970512', 'BYWEEKNO=20;BYDAY=MO'],
  '2 the 20th Monday': ['19970519', 'BYDAY=20MO'],
  '3 week 36, Monday': ['20260831', 'BYWEEKNO=36;BYDAY=MO'],
  '4 the second Monday': ['20260112', 'BYDAY=2MO'],
};
for (const [name, [start, by]] of Object.entries(rules)) {
  const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//school//EN', 'BEGIN:VEVENT', 'UID:day', 'DTSTAMP:19970101T000000Z'];
  const rule = `RRULE:FREQ=YEARLY;COUNT=3;${by}`;
  const text = [...lines, `DTSTART;VALUE=DATE:${start}`, rule, 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n');
  writeFileSync(`${name}.ics`, text);
  const iterator = new ICAL.Event(new ICAL.Component(ICAL.parse(text)).getFirstSubcomponent('vevent')).iterator();
  const found = [];
  for (let next = iterator.next(); next && found.length < 3; next = iterator.next()) found.push(next.toString());
  console.log(`ical.js, ${name}:`, ...found);
}
JS
cat >read.py <<'PY'
import glob

import icalendar
import recurring_ical_events

for path in sorted(glob.glob('*.ics')):
    with open(path, 'rb') as file:
        found = recurring_ical_events.of(icalendar.Calendar.from_ical(file.read())).between('19970101', '20400101')
    print(f'recurring-ical-events, {path[:-4]}:', *sorted(f'{event.start:%Y-%m-%d}' for event in found))
PY
seen=$(
  node --no-warnings read.mjs
  env/bin/python read.py
)
echo "$seen"
expected='ical.js, 1 week 20, Monday: 1997-05-19 1997-05-26 1997-06-02
ical.js, 2 the 20th Monday: 1997-05-19 1997-05-26 1997-06-02
ical.js, 3 week 36, Monday: 2026-09-07 2026-09-14 2026-09-21
ical.js, 4 the second Monday: 2026-01-12 2027-01-11 2028-01-10
recurring-ical-events, 1 week 20, Monday: 1997-05-12 1998-05-11 1999-05-17
recurring-ical-events, 2 the 20th Monday: 1997-05-19 1998-05-18 1999-05-17
recurring-ical-events, 3 week 36, Monday: 2026-08-31 2027-09-06 2028-09-04
recurring-ical-events, 4 the second Monday: 2026-01-12 2027-01-11 2028-01-10'
[ "$seen" = "$expected" ] || { echo 'Changed'; exit 1; }
echo 'As described.'
