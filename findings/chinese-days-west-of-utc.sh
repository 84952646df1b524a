#!/usr/bin/env bash
# chinese-days 1.5.7: getDayDetail answers for the day before the one asked for when the process runs in a time zone west of UTC.
# The date in the answer and the weekday are a day early, while the holiday's name is that of the day asked for: asked for
# 8 October 2026 (a Thursday) in America/New_York, it says Wednesday, 7 October. In UTC and in Asia/Shanghai it is right.
# What follows: days from this library's functions depend on TZ. Read its data by the text of the date instead,
# or run in TZ=Asia/Shanghai.
# Needs Node.js and npm. Fails when the behaviour changes.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts chinese-days@1.5.7

ask() {
  TZ=$1 node -e '
    const days = require("chinese-days");
    for (const date of ["2026-10-01", "2026-10-08"]) {
      const { date: answered, work, name } = days.getDayDetail(date);
      console.log([date, answered, work, name].join(" | "));
    }'
}

right='2026-10-01 | 2026-10-01 | false | National Day,国庆节,3
2026-10-08 | 2026-10-08 | true | Thursday'
early='2026-10-01 | 2026-09-30 | false | National Day,国庆节,3
2026-10-08 | 2026-10-07 | true | Wednesday'

for zone in UTC Asia/Shanghai America/New_York; do
  seen=$(ask "$zone")
  printf '%s\n%s\n' "$zone" "$seen"
  expected=$right
  [ "$zone" = America/New_York ] && expected=$early
  [ "$seen" = "$expected" ] || { echo "Changed in $zone"; exit 1; }
done
echo 'As described.'
