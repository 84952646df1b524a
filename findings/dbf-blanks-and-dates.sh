#!/usr/bin/env bash
# Four readers of dBASE tables (.dbf) for Node.js change what a table says, and say nothing.
# dbf-reader 1.0.3: dates are a month late. 1 September 2026 reads as 1 October, 31 January as 3 March; its months count from 1, Date's from 0.
# dbf-reader 1.0.3 and dbfstream 1.0.26: a number that is blank reads as 0 (as NaN with parsedbf 2.0.0 and node-dbf 0.4.0).
# dbf-reader 1.0.3, dbfstream 1.0.26 and parsedbf 2.0.0: a logical field that is not filled in ("?" or a blank) reads as false.
# dbfstream 1.0.26: the logical y, which is true, reads as false as well. node-dbf 0.4.0: each logical reads as null, whatever it says.
# dBASE's table format: D is YYYYMMDD; L is T t Y y or F f N n, and "?" or a blank where nothing was entered; N is text, blank where nothing was
# entered. dbfread 2.0.7 and dbffile 1.13.0 read all of it so. No report of these was found with their authors (ts-shapefile had the month too).
# What follows: in an export of an old student system "nobody has said" becomes a zero or a no, e.g. no grant, not a boarder, and a date of
# birth or entry moves. Read such a table by dbffile, or as text by columns, and compare a date with what the sender sees.
# Needs Node.js >= 20, npm, Python 3 with venv, and pip. Fails when the behaviour changes.
set -euo pipefail
export TZ=Asia/Shanghai
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts dbf-reader@1.0.3 dbfstream@1.0.26 parsedbf@2.0.0 node-dbf@0.4.0 dbffile@1.13.0 2>/dev/null
python3 -m venv env
env/bin/pip install --quiet dbfread==2.0.7

cat >read.py <<'PY'
import struct

import dbfread

FIELDS = [("DAY", "D", 8, 0), ("SUM", "N", 8, 2), ("BOARDER", "L", 1, 0)]
ROWS = [("20260901", "12.50", "T"), ("20260131", "", "?"), ("20260315", "0.00", " "), ("20260315", "1.00", "y"), ("20260315", "1.00", "F")]
size = 1 + sum(length for _, _, length, _ in FIELDS)
with open("table.dbf", "wb") as file:
    file.write(struct.pack("<BBBBLHH20x", 3, 126, 9, 1, len(ROWS), 32 + 32 * len(FIELDS) + 1, size))
    for name, kind, length, decimals in FIELDS:
        file.write(struct.pack("<11sc4xBB14x", name.encode(), kind.encode(), length, decimals))
    file.write(b"\r")
    for day, number, logical in ROWS:
        file.write(f" {day}{number:>8}{logical}".encode())
    file.write(b"\x1a")
JSON = {None: "null", True: "true", False: "false"}
for row in dbfread.DBF("table.dbf"):
    print("dbfread:", row["DAY"], "null" if row["SUM"] is None else f'{row["SUM"]:g}', JSON[row["BOARDER"]])
PY
cat >read.cjs <<'JS'
const { readFileSync } = require('node:fs');
const { Dbf } = require('dbf-reader');
const { DBFFile } = require('dbffile');
const stream = require('dbfstream');
const Parser = require('node-dbf').default;
const parsedbf = require('parsedbf');

const two = (number) => String(number).padStart(2, '0');
const local = (date) => `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
const say = (name, day, { SUM, BOARDER }) => console.log(`${name}: ${day} ${SUM} ${BOARDER}`);

(async () => {
  const bytes = readFileSync('table.dbf');
  for (const row of await (await DBFFile.open('table.dbf')).readRecords()) say('dbffile', row.DAY.toISOString().slice(0, 10), row);
  for (const row of Dbf.read(bytes).rows) say('dbf-reader', local(row.DAY), row);
  for await (const row of stream('table.dbf', 'utf-8')) say('dbfstream', row.DAY, row);
  for (const row of (parsedbf.default ?? parsedbf)(new DataView(bytes.buffer, bytes.byteOffset, bytes.length))) say('parsedbf', local(row.DAY), row);
  const parser = new Parser('table.dbf');
  parser.on('record', (row) => say('node-dbf', row.DAY, row));
  parser.parse();
})();
JS
seen=$(
  env/bin/python read.py
  node --no-warnings read.cjs
)
echo "$seen"
expected='dbfread: 2026-09-01 12.5 true
dbfread: 2026-01-31 null null
dbfread: 2026-03-15 0 null
dbfread: 2026-03-15 1 true
dbfread: 2026-03-15 1 false
dbffile: 2026-09-01 12.5 true
dbffile: 2026-01-31 null null
dbffile: 2026-03-15 0 null
dbffile: 2026-03-15 1 true
dbffile: 2026-03-15 1 false
dbf-reader: 2026-10-01 12.5 true
dbf-reader: 2026-03-03 0 false
dbf-reader: 2026-04-15 0 false
dbf-reader: 2026-04-15 1 true
dbf-reader: 2026-04-15 1 false
dbfstream: 20260901 12.5 true
dbfstream: 20260131 0 false
dbfstream: 20260315 0 false
dbfstream: 20260315 1 false
dbfstream: 20260315 1 false
parsedbf: 2026-09-01 12.5 true
parsedbf: 2026-01-31 NaN false
parsedbf: 2026-03-15 0 false
parsedbf: 2026-03-15 1 true
parsedbf: 2026-03-15 1 false
node-dbf: 20260901 12.5 null
node-dbf: 20260131 NaN null
node-dbf: 20260315 0 null
node-dbf: 20260315 1 null
node-dbf: 20260315 1 null'
[ "$seen" = "$expected" ] || { echo 'Changed'; exit 1; }
echo 'As described.'
