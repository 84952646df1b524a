#!/usr/bin/env bash
# @bufbuild/cel 0.6.1: an answer that is null counts as not given. For {"phone": null}, `has(form.phone)` and `"phone" in form` are false, while
# `form.phone == null` is true, size(form) is 1 and form.exists(key, key == "phone") is true. It is so for values handed in and for maps in the rule.
# The CEL specification (langdef, Field Selection) has has(e.f) tell for a map whether f is a key of it, and `in` is the membership of the key;
# null is a value. cel-python 0.5.0 and @marcbachmann/cel-js 8.0.0 answer true.
# What follows: `has(form.phone) ? … : …` takes the other branch for who left a field empty on purpose. Leave null out of what rules are asked
# about before any of them sees it, or ask for null by name.
# Needs Node.js >= 20, npm, Python >= 3.10 with venv, and pip. Fails when the behaviour changes.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip install --quiet cel-python==0.5.0
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts @marcbachmann/cel-js@8.0.0 @bufbuild/cel@0.6.1 2>/dev/null

cat >rules.json <<'JSON'
["has(form.phone)", "\"phone\" in form", "\"phone\" in {\"phone\": null}", "form.phone == null", "size(form) == 1", "form.exists(key, key == \"phone\")", "has(form.fax)"]
JSON
cat >ask.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { run } from '@bufbuild/cel';
import { evaluate } from '@marcbachmann/cel-js';

const form = { phone: null };
for (const rule of JSON.parse(readFileSync('rules.json', 'utf8'))) {
  console.log(`${rule}: @bufbuild/cel ${run(rule, { form })}, @marcbachmann/cel-js ${evaluate(rule, { form })}`);
}
JS
cat >ask.py <<'PY'
import json

import celpy
from celpy.adapter import json_to_cel

form = json_to_cel({"phone": None})
environment = celpy.Environment()
for rule in json.load(open("rules.json")):
    print(f"{rule}: cel-python {str(bool(environment.program(environment.compile(rule)).evaluate({'form': form}))).lower()}")
PY
seen=$(
  node ask.mjs
  env/bin/python ask.py
)
echo "$seen"
expected='has(form.phone): @bufbuild/cel false, @marcbachmann/cel-js true
"phone" in form: @bufbuild/cel false, @marcbachmann/cel-js true
"phone" in {"phone": null}: @bufbuild/cel false, @marcbachmann/cel-js true
form.phone == null: @bufbuild/cel true, @marcbachmann/cel-js true
size(form) == 1: @bufbuild/cel true, @marcbachmann/cel-js true
form.exists(key, key == "phone"): @bufbuild/cel true, @marcbachmann/cel-js true
has(form.fax): @bufbuild/cel false, @marcbachmann/cel-js false
has(form.phone): cel-python true
"phone" in form: cel-python true
"phone" in {"phone": null}: cel-python true
form.phone == null: cel-python true
size(form) == 1: cel-python true
form.exists(key, key == "phone"): cel-python true
has(form.fax): cel-python false'
[ "$seen" = "$expected" ] || { echo 'Changed'; exit 1; }
echo 'As described.'
