#!/usr/bin/env bash
# ExcelJS 4.4.0 and read-excel-file 9.3.17: a workbook that counts its days from 1904 is read four years and a day early where it says so by
# date1904="true", as LibreOffice writes it (seen by hand with 7.4.7), and rightly where it says date1904="1", as Excel does. 1 September 2026 becomes
# 31 August 2022, a birthday of 7 March 2008 becomes 6 March 2004: a student of 18 is 22. Neither says anything.
# ECMA-376 Part 1 §18.2.28 (workbookPr): date1904 is an xsd:boolean, for which XML Schema Part 2 §3.2.2.1 has true and 1 as the same value.
# openpyxl 3.1.5 and python-calamine 0.9.1 read both alike.
# What follows: Macs of old made such workbooks, and each one that went through LibreOffice since is read wrongly. Compare a date with what the
# sender sees, or rewrite the attribute before.
# Needs Node.js >= 20, npm, Python >= 3.10 with venv, and pip. Fails when the behaviour changes.
set -euo pipefail
export TZ=UTC
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts exceljs@4.4.0 read-excel-file@9.3.17 2>/dev/null
python3 -m venv env
env/bin/pip install --quiet openpyxl==3.1.5 python-calamine==0.9.1

cat >make.py <<'PY'
import zipfile
from datetime import date

import openpyxl
from openpyxl.utils.datetime import CALENDAR_MAC_1904

book = openpyxl.Workbook()
book.epoch = CALENDAR_MAC_1904
book.active.append([date(2026, 9, 1), date(2008, 3, 7)])
book.save("1.xlsx")
with zipfile.ZipFile("1.xlsx") as given, zipfile.ZipFile("true.xlsx", "w") as made:
    for name in given.namelist():
        octets = given.read(name)
        if name == "xl/workbook.xml":
            assert octets.count(b'date1904="1"') == 1
            octets = octets.replace(b'date1904="1"', b'date1904="true"')
        made.writestr(name, octets)
PY
env/bin/python make.py

cat >read.py <<'PY'
import openpyxl
import python_calamine

for way in "1", "true":
    path = f"{way}.xlsx"
    print(f"openpyxl, {way}:", *(f"{value:%Y-%m-%d}" for value in next(openpyxl.load_workbook(path).active.values)))
    print(f"python-calamine, {way}:", *(f"{value:%Y-%m-%d}" for value in python_calamine.load_workbook(path).get_sheet_by_index(0).to_python()[0]))
PY
cat >read.mjs <<'JS'
import ExcelJS from 'exceljs';
import readExcelFile from 'read-excel-file/node';

const days = (values) => values.map((value) => value.toISOString().slice(0, 10)).join(' ');
for (const way of ['1', 'true']) {
  const book = new ExcelJS.Workbook();
  await book.xlsx.readFile(`${way}.xlsx`);
  console.log(`ExcelJS, ${way}: ${days(book.worksheets[0].getRow(1).values.slice(1))}`);
  const [sheet] = await readExcelFile(`${way}.xlsx`);
  console.log(`read-excel-file, ${way}: ${days(sheet.data[0])}`);
}
JS
seen=$(
  env/bin/python read.py
  node read.mjs
)
echo "$seen"
expected='openpyxl, 1: 2026-09-01 2008-03-07
python-calamine, 1: 2026-09-01 2008-03-07
openpyxl, true: 2026-09-01 2008-03-07
python-calamine, true: 2026-09-01 2008-03-07
ExcelJS, 1: 2026-09-01 2008-03-07
read-excel-file, 1: 2026-09-01 2008-03-07
ExcelJS, true: 2022-08-31 2004-03-06
read-excel-file, true: 2022-08-31 2004-03-06'
[ "$seen" = "$expected" ] || { echo 'Changed'; exit 1; }
echo 'As described.'
