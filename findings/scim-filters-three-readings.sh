#!/usr/bin/env bash
# Filters of SCIM (RFC 7644 §3.4.2.2), asked of three people by three libraries. Each answers wrongly, and each another one:
# scim2-parse-filter 0.2.10 (npm): what stands in brackets is to be applied to the same value (§3.4.2.2, complex attribute filter grouping);
#   here emails[type eq "work" and value co "@mail.example"] finds zhang, whose address of work is another one. pr is to find what is neither
#   null nor empty; here it finds "" and [] too. A value is a JSON string (RFC 7159), but "\u5f20\u4e09" does not find 张三.
# scimmy 1.3.5 (npm): no escapes are read either, and "O\"Neil" is refused. pr finds "" too; of an attribute with several values it ends with a
#   TypeError.
# scim2-filter-parser 0.7.0 (PyPI): "and" takes precedence over "or", but a or b and c is read as (a or b) and c. A _ in a value stands for any
#   character, since it becomes a LIKE as it is: userName sw "li_" finds lixia.
# What follows: an identity provider that asks for staff by address, or by names with an underscore, gets people it did not ask for, and takes
# them for those it has sent. Ask by userName eq alone, write brackets around each "and", and look at what came.
# Issues of these three projects were searched; none says this. Needs Node.js >= 20, npm, Python 3 with venv, and pip. Fails when it changes.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts scim2-parse-filter@0.2.10 scimmy@1.3.5 2>/dev/null
python3 -m venv env
env/bin/pip install --quiet scim2-filter-parser==0.7.0

cat >find.mjs <<'JS'
import { filter, parse } from 'scim2-parse-filter';
import SCIMMY from 'scimmy';

const people = [
  {
    ...{ userName: 'zhang', displayName: '张三', title: '讲师' },
    emails: [
      { type: 'work', value: 'zhang@cs.example' },
      { type: 'home', value: 'zhang@mail.example' },
    ],
  },
  { userName: 'li', displayName: 'O"Neil', title: '', emails: [{ type: 'work', value: 'li@mail.example' }] },
  { userName: 'wang', emails: [] },
];
const libraries = {
  'scim2-parse-filter': (asked) => people.filter(filter(parse(asked))),
  scimmy: (asked) => new SCIMMY.Types.Filter(asked).match(people),
};
const filters = [
  'emails[type eq "work" and value co "@mail.example"]',
  'title pr',
  'emails pr',
  'displayName eq "\\u5f20\\u4e09"',
  'displayName eq "O\\"Neil"',
];
for (const [name, find] of Object.entries(libraries))
  for (const asked of filters) {
    let found;
    try {
      found = find(asked).map(({ userName }) => userName).join(' ') || 'nobody';
    } catch (error) {
      found = error.name;
    }
    console.log(`${name}: ${asked}: ${found}`);
  }
JS
cat >find.py <<'PY'
import sqlite3

from scim2_filter_parser.queries import SQLQuery

database = sqlite3.connect(":memory:")
database.execute("CREATE TABLE users (username text, title text, active text)")
database.executemany("INSERT INTO users VALUES (?, ?, ?)", [("zhang", "讲师", "no"), ("li_na", None, "no"), ("lixia", "讲师", "yes")])
COLUMNS = {("userName", None, None): "users.username", ("title", None, None): "users.title", ("active", None, None): "users.active"}
for asked in ['userName eq "li_na" or title eq "讲师" and active eq "yes"', 'userName eq "li_na" or (title eq "讲师" and active eq "yes")', 'userName sw "li_"']:
    query = SQLQuery(asked, "users", COLUMNS, [])
    rows = database.execute(query.sql.replace("%s", "?"), query.params)
    print(f"scim2-filter-parser: {asked}: {' '.join(row[0] for row in rows) or 'nobody'}")
PY
node find.mjs | tee seen
env/bin/python find.py | tee -a seen
diff seen - <<'SEEN'
scim2-parse-filter: emails[type eq "work" and value co "@mail.example"]: zhang li
scim2-parse-filter: title pr: zhang li
scim2-parse-filter: emails pr: zhang li wang
scim2-parse-filter: displayName eq "\u5f20\u4e09": nobody
scim2-parse-filter: displayName eq "O\"Neil": li
scimmy: emails[type eq "work" and value co "@mail.example"]: li
scimmy: title pr: zhang li
scimmy: emails pr: TypeError
scimmy: displayName eq "\u5f20\u4e09": nobody
scimmy: displayName eq "O\"Neil": SCIMError
scim2-filter-parser: userName eq "li_na" or title eq "讲师" and active eq "yes": lixia
scim2-filter-parser: userName eq "li_na" or (title eq "讲师" and active eq "yes"): li_na lixia
scim2-filter-parser: userName sw "li_": li_na lixia
SEEN
echo 'As described.'
