#!/usr/bin/env bash
# cel-python 0.5.0: a whole number divided by a decimal one gives a whole number, cut off: `5 / 2.0` is 2, `7 / 0.6` is 11. So `5 / 2.0 > 2` is
# false. The quotient is worked out as a decimal and turned back into the type of what stands left. With variables from JSON it is the same.
# The CEL specification (langdef, List of Standard Definitions, _/_) divides int by int, uint by uint and double by double, and
# has no conversion in arithmetic: the expression has no overload and is an error. @marcbachmann/cel-js 8.0.0 and @bufbuild/cel 0.6.1 say so.
# cel-python itself refuses int * double and int - double.
# What follows: a rule on hours, credits or money may answer otherwise in Python than where it was checked. Write double(credits) / 2.0.
# Needs Python >= 3.10 with venv, pip, Node.js >= 20 and npm. Fails when the behaviour changes.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip install --quiet cel-python==0.5.0
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @marcbachmann/cel-js@8.0.0 @bufbuild/cel@0.6.1 2>/dev/null

cat >rules.json <<'JSON'
["5 / 2.0", "7 / 0.6", "5 / 2.0 > 2", "student.credits / 2.0", "double(student.credits) / 2.0", "5 * 0.5"]
JSON
cat >ask.py <<'PY'
import json

import celpy
from celpy.adapter import json_to_cel

student = json_to_cel({"credits": 5})
environment = celpy.Environment()
for rule in json.load(open("rules.json")):
    try:
        answer = environment.program(environment.compile(rule)).evaluate({"student": student})
    except celpy.CELEvalError:
        answer = "error"
    print(f"cel-python: {rule} = {answer}")
PY
cat >ask.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { run } from '@bufbuild/cel';
import { evaluate } from '@marcbachmann/cel-js';

const student = { credits: 5n };
const ways = { '@marcbachmann/cel-js': evaluate, '@bufbuild/cel': run };
for (const [name, ask] of Object.entries(ways)) {
  for (const rule of JSON.parse(readFileSync('rules.json', 'utf8'))) {
    let answer = 'error';
    try {
      const value = ask(rule, { student });
      if (typeof value !== 'object') answer = value;
    } catch {}
    console.log(`${name}: ${rule} = ${answer}`);
  }
}
JS
seen=$(
  env/bin/python ask.py
  node ask.mjs
)
echo "$seen"
expected='cel-python: 5 / 2.0 = 2
cel-python: 7 / 0.6 = 11
cel-python: 5 / 2.0 > 2 = False
cel-python: student.credits / 2.0 = 2
cel-python: double(student.credits) / 2.0 = 2.5
cel-python: 5 * 0.5 = error
@marcbachmann/cel-js: 5 / 2.0 = error
@marcbachmann/cel-js: 7 / 0.6 = error
@marcbachmann/cel-js: 5 / 2.0 > 2 = error
@marcbachmann/cel-js: student.credits / 2.0 = error
@marcbachmann/cel-js: double(student.credits) / 2.0 = 2.5
@marcbachmann/cel-js: 5 * 0.5 = error
@bufbuild/cel: 5 / 2.0 = error
@bufbuild/cel: 7 / 0.6 = error
@bufbuild/cel: 5 / 2.0 > 2 = error
@bufbuild/cel: student.credits / 2.0 = error
@bufbuild/cel: double(student.credits) / 2.0 = 2.5
@bufbuild/cel: 5 * 0.5 = error'
[ "$seen" = "$expected" ] || { echo 'Changed'; exit 1; }
echo 'As described.'
