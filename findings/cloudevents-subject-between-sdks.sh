#!/usr/bin/env bash
# CloudEvents 1.0 over HTTP in binary mode, Python's SDK (cloudevents 2.2.0, core) to JavaScript's (cloudevents 10.0.0): the subject
# "3栋 201" arrives as "3%E6%A0%8B%20201". The other way, JavaScript's writes "ce-subject: 3栋 201" as it stands, and Node's fetch and http
# refuse to send the header. A subject with a blank alone is sent, unescaped; "100%25" arrives in Python as "100%".
# The HTTP binding (§3.1.3.2) has the sender escape the blank, the double quote, % and all outside of printable ASCII, and the receiver undo it.
# Python's core does both, JavaScript's neither. In structured mode all is right in both directions.
# What follows: between the two use structured mode, or subjects and extensions of plain ASCII without blanks and %.
# Needs Python >= 3.10 with venv, pip, Node.js >= 20 and npm. Fails when the behaviour changes.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv env
env/bin/pip install --quiet cloudevents==2.2.0
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts cloudevents@10.0.0 2>/dev/null

cat >python.py <<'PY'
import json
import sys

from cloudevents.core.bindings.http import HTTPMessage, from_http_event, to_binary, to_structured
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

if sys.argv[1] == "write":
    event = CloudEvent({"id": "1", "type": "door.opened", "source": "/gate", "specversion": "1.0", "subject": "3栋 201"}, {"floor": 2})
    for way in to_binary, to_structured:
        message = way(event, JSONFormat())
        print(json.dumps({"headers": message.headers, "body": message.body.decode()}))
else:
    for line in sys.stdin:
        sent = json.loads(line)
        event = from_http_event(HTTPMessage(sent["headers"], sent["body"].encode()), JSONFormat())
        print(f"JavaScript to Python, {sent['name']}: {event.get_subject()}")
PY
env/bin/python python.py write >written

cat >javascript.mjs <<'JS'
import { readFileSync, writeFileSync } from 'node:fs';
import { CloudEvent, HTTP } from 'cloudevents';

for (const line of readFileSync('written', 'utf8').trim().split('\n')) {
  const sent = JSON.parse(line);
  const mode = 'ce-id' in sent.headers ? 'binary' : 'structured';
  console.log(`Python to JavaScript, ${mode}: ${HTTP.toEvent(sent).subject}`);
}
const event = (subject) => new CloudEvent({ id: '1', type: 'door.opened', source: '/gate', subject, data: { floor: 2 } });
try {
  new Headers(HTTP.binary(event('3栋 201')).headers);
  console.log('JavaScript, binary: the headers are taken');
} catch (error) {
  console.log(`JavaScript, binary: the headers are refused, ${error.name}`);
}
const out = { 'binary 3-201 a': HTTP.binary(event('3-201 a')), 'binary 100%25': HTTP.binary(event('100%25')), 'structured 3栋 201': HTTP.structured(event('3栋 201')) };
writeFileSync('sent', Object.entries(out).map(([name, { headers, body }]) => JSON.stringify({ name, headers, body }) + '\n').join(''));
JS
seen=$(
  node javascript.mjs
  env/bin/python python.py read <sent
)
echo "$seen"
expected='Python to JavaScript, binary: 3%E6%A0%8B%20201
Python to JavaScript, structured: 3栋 201
JavaScript, binary: the headers are refused, TypeError
JavaScript to Python, binary 3-201 a: 3-201 a
JavaScript to Python, binary 100%25: 100%
JavaScript to Python, structured 3栋 201: 3栋 201'
[ "$seen" = "$expected" ] || { echo 'Changed'; exit 1; }
echo 'As described.'
