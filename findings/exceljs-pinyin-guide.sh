#!/usr/bin/env bash
# ExcelJS 4.4.0 loses names, and people, where a name carries its pinyin (the phonetic guide of Excel).
# Its streaming reader (stream.xlsx.WorkbookReader) answers the pinyin instead of the name: 张三 reads as "sān", since the last text element
# of a string wins. So does the last run: 欧阳娜 in two runs in the cell itself (inlineStr) reads as 娜.
# Its reader of whole files, Workbook.xlsx.readFile, has the shared string right; but at a guide in an inline string it stops reading the sheet:
# the cell is null, and the cells and rows after it are not there. Neither says anything. openpyxl 3.1.5 reads all of it right.
# ECMA-376 Part 1 §18.4.6 (rPh), §18.4.8 (si) and §18.3.1.53 (is): phonetic runs say how a text is pronounced and are allowed in both places;
# the text is in t, or in the runs (r) together.
# What follows: a roster read by ExcelJS is to be counted against what its sender says it holds; names in Latin letters are to be asked back.
# Needs Node.js >= 20, npm, Python 3 with venv, and pip. Fails when the behaviour changes.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts exceljs@4.4.0 2>/dev/null
python3 -m venv env
env/bin/pip install --quiet openpyxl==3.1.5

cat >make.py <<'PY'
import zipfile

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml'
GUIDE = '<rPh sb="0" eb="1"><t>zhāng</t></rPh><rPh sb="1" eb="2"><t>sān</t></rPh><phoneticPr fontId="0"/>'
PARTS = {
    '[Content_Types].xml': f'<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/sharedStrings.xml" ContentType="{TYPE}.sharedStrings+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{TYPE}.styles+xml"/></Types>',
    '_rels/.rels': f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    'xl/workbook.xml': f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="Roster" sheetId="1" r:id="rId1"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels': f'<Relationships xmlns="{PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    f'<Relationship Id="rId3" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
    'xl/styles.xml': f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font><sz val="11"/><name val="SimSun"/></font></fonts>'
    '<fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="1"><xf xfId="0"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
    'xl/sharedStrings.xml': f'<sst xmlns="{MAIN}" count="1" uniqueCount="1"><si><t>张三</t>{GUIDE}</si></sst>',
    'xl/worksheets/sheet1.xml': f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">'
    '<c r="A1" t="s"><v>0</v></c>'
    f'<c r="B1" t="inlineStr"><is><t>张三</t>{GUIDE}</is></c>'
    '<c r="C1" t="inlineStr"><is><r><t>欧阳</t></r><r><t>娜</t></r></is></c>'
    '</row><row r="2"><c r="A2" t="inlineStr"><is><t>李四</t></is></c></row></sheetData></worksheet>',
}
with zipfile.ZipFile('roster.xlsx', 'w') as book:
    for name, xml in PARTS.items():
        book.writestr(name, HEAD + xml)
PY
python3 make.py

cat >read.cjs <<'JS'
const { Workbook, stream } = require('exceljs');

const text = (value) => (value?.richText ? value.richText.map((run) => run.text).join('') : value);
const say = (reader, row) => console.log(`${reader}, row ${row.number}: ${row.values.slice(1).map(text).join(' | ')}`);
(async () => {
  const options = { sharedStrings: 'cache', styles: 'cache', worksheets: 'emit' };
  for await (const sheet of new stream.xlsx.WorkbookReader('roster.xlsx', options)) for await (const row of sheet) say('ExcelJS, stream', row);
  const book = new Workbook();
  await book.xlsx.readFile('roster.xlsx');
  book.worksheets[0].eachRow((row) => say('ExcelJS, whole file', row));
})();
JS
seen=$(
  node read.cjs
  env/bin/python -c "
import openpyxl
for number, row in enumerate(openpyxl.load_workbook('roster.xlsx').active.values, 1):
    print(f'openpyxl, row {number}:', ' | '.join(value for value in row if value))"
)
echo "$seen"
expected='ExcelJS, stream, row 1: sān | sān | 娜
ExcelJS, stream, row 2: 李四
ExcelJS, whole file, row 1: 张三 | 
openpyxl, row 1: 张三 | 张三 | 欧阳娜
openpyxl, row 2: 李四'
[ "$seen" = "$expected" ] || { echo 'Changed'; exit 1; }
echo 'As described.'
