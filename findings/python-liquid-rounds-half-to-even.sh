#!/usr/bin/env bash
# python-liquid 2.3.6 rounds a half to the even neighbour and by binary fractions, where Liquid itself (Ruby, 5.4.0) and liquidjs 10.31.0 round it
# away from zero and by what is written: a quota of 2.5 places is 2 and not 3, 62.5 % is 62, a grade of 84.25 is 84.2 and not 84.3.
# It also keeps empty parts at the end of a split, which the others drop: "张三,,李四,," has five parts and not three.
# Liquid has no standard but Shopify's implementation, and python-liquid's README says that it follows it closely.
# What follows: a letter set by one of them names other numbers than by another. Round before the template, and hand in text.
# Needs Python >= 3.10 with venv, pip, Node.js >= 20, npm, Ruby 3, and apt of Debian 12. Fails when the behaviour changes.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip install --quiet python-liquid==2.3.6
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts liquidjs@10.31.0 2>/dev/null
apt-get download -qq ruby-liquid=5.4.0-3 2>/dev/null
dpkg-deb -x ruby-liquid_*.deb ruby

cat >templates.json <<'JSON'
["{{ 0.5 | round }}", "{{ 2.5 | round }}", "{{ 62.5 | round }}", "{{ 84.25 | round: 1 }}", "{{ 2.675 | round: 2 }}", "{{ 3.5 | round }}", "{{ '张三,,李四,,' | split: ',' | size }}"]
JSON
cat >set.py <<'PY'
import json

from liquid import Environment

for template in json.load(open("templates.json")):
    print("python-liquid:", template, Environment().from_string(template).render())
PY
cat >set.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { Liquid } from 'liquidjs';

for (const template of JSON.parse(readFileSync('templates.json', 'utf8'))) {
  console.log(`liquidjs: ${template} ${new Liquid().parseAndRenderSync(template)}`);
}
JS
cat >set.rb <<'RB'
require "json"
require "liquid"

JSON.parse(File.read("templates.json", encoding: "UTF-8")).each do |template|
  puts "Liquid: #{template} #{Liquid::Template.parse(template).render}"
end
RB
seen=$(
  ruby -I ruby/usr/share/rubygems-integration/all/gems/liquid-5.4.0/lib set.rb
  node set.mjs
  env/bin/python set.py
)
echo "$seen"
expected="Liquid: {{ 0.5 | round }} 1
Liquid: {{ 2.5 | round }} 3
Liquid: {{ 62.5 | round }} 63
Liquid: {{ 84.25 | round: 1 }} 84.3
Liquid: {{ 2.675 | round: 2 }} 2.68
Liquid: {{ 3.5 | round }} 4
Liquid: {{ '张三,,李四,,' | split: ',' | size }} 3
liquidjs: {{ 0.5 | round }} 1
liquidjs: {{ 2.5 | round }} 3
liquidjs: {{ 62.5 | round }} 63
liquidjs: {{ 84.25 | round: 1 }} 84.3
liquidjs: {{ 2.675 | round: 2 }} 2.68
liquidjs: {{ 3.5 | round }} 4
liquidjs: {{ '张三,,李四,,' | split: ',' | size }} 3
python-liquid: {{ 0.5 | round }} 0
python-liquid: {{ 2.5 | round }} 2
python-liquid: {{ 62.5 | round }} 62
python-liquid: {{ 84.25 | round: 1 }} 84.2
python-liquid: {{ 2.675 | round: 2 }} 2.67
python-liquid: {{ 3.5 | round }} 4
python-liquid: {{ '张三,,李四,,' | split: ',' | size }} 5"
[ "$seen" = "$expected" ] || { echo 'Changed'; exit 1; }
echo 'As described.'
