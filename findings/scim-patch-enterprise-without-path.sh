#!/usr/bin/env bash
# scim-patch 0.8.3: a PATCH without a path that names the enterprise extension loses what it says. "replace" with the value
# {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "B"}} leaves the department at A, and puts a member
# "urn:ietf:params:scim:schemas:extension:enterprise:2.0" with {"User": {"department": "B"}} beside it: the end of the URN is taken for an attribute.
# "add" does the same. No error is raised. With the URN and the attribute in the path it is right. (Told to its authors in 2024, and left.)
# RFC 7643 §3.3: the URI of an extension is the name of the member that holds its attributes. RFC 7644 §3.5.2.3: without a path, the value is a set
# of attributes to be replaced. scim2-models 0.12.3 does so.
# What follows: where an identity provider sends changes of department or manager so, people stay in the unit that they left. Turn such an
# operation into one for each attribute, with a path, before the library sees it.
# Needs Node.js >= 20, npm, Python >= 3.10 with venv, and pip. Fails when the behaviour changes.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts scim-patch@0.8.3 2>/dev/null
python3 -m venv env
env/bin/pip install --quiet scim2-models==0.12.3

cat >cases.json <<'JSON'
{
  "user": {
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
    "userName": "s1",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "A" }
  },
  "operations": {
    "replace without path": { "op": "replace", "value": { "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "B" } } },
    "add without path": { "op": "add", "value": { "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": { "department": "B" } } },
    "replace with path": { "op": "replace", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "value": "B" }
  }
}
JSON
cat >patch.mjs <<'JS'
import { readFileSync } from 'node:fs';
import { scimPatch } from 'scim-patch';

const { user, operations } = JSON.parse(readFileSync('cases.json', 'utf8'));
const enterprise = user.schemas[1];
for (const [name, operation] of Object.entries(operations)) {
  const patched = scimPatch(structuredClone(user), [operation]);
  const others = Object.entries(patched).filter(([key]) => !(key in user));
  console.log(`scim-patch, ${name}: ${patched[enterprise].department}${others.length ? `, and ${JSON.stringify(Object.fromEntries(others))}` : ''}`);
}
JS
cat >patch.py <<'PY'
import json

from scim2_models import EnterpriseUser, PatchOp, User

cases = json.load(open("cases.json"))
Student = User[EnterpriseUser]
for name, operation in cases["operations"].items():
    user = Student.model_validate(cases["user"])
    message = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]}
    PatchOp[Student].model_validate(message).patch(user)
    print(f"scim2-models, {name}: {user[EnterpriseUser].department}")
PY
seen=$(
  node patch.mjs
  env/bin/python patch.py
)
echo "$seen"
expected='scim-patch, replace without path: A, and {"urn:ietf:params:scim:schemas:extension:enterprise:2.0":{"User":{"department":"B"}}}
scim-patch, add without path: A, and {"urn:ietf:params:scim:schemas:extension:enterprise:2.0":{"User":{"department":"B"}}}
scim-patch, replace with path: B
scim2-models, replace without path: B
scim2-models, add without path: B
scim2-models, replace with path: B'
[ "$seen" = "$expected" ] || { echo 'Changed'; exit 1; }
echo 'As described.'
