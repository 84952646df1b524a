#!/usr/bin/env bash
# ldapts 8.2.0: a filter in which a name is written as escaped octets, as RFC 4515 (§3, and the example of §4) has it and other tools
# write it, is sent as other octets. Each \xx is taken for a code point and encoded once more: `(sn=Lu\c4\8di\c4\87)` asks for
# c3 84 c2 8d … instead of c4 8d …, so it is valid, is refused by nobody and finds nobody. The same name written as text is sent right.
# What follows: in filters for ldapts write names as text, and escape no more than \ * ( ) and NUL.
# Needs Node.js >= 20 and npm. Fails when the behaviour changes.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts ldapts@8.2.0

cat >search.mjs <<'JS'
import { createServer } from 'node:net';
import { Client } from 'ldapts';

// Takes what is sent for a search, and says no more.
let seen;
const server = createServer((socket) =>
  socket.on('data', (data) => {
    seen = data;
    socket.destroy();
  }),
);
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const filters = {
  'RFC 4515, as octets': '(sn=Lu\\c4\\8di\\c4\\87)',
  'RFC 4515, as text': '(sn=Lučić)',
  'a Chinese name, as octets': '(sn=\\e5\\bc\\a0)',
  'a Chinese name, as text': '(sn=张)',
};
for (const [name, filter] of Object.entries(filters)) {
  const client = new Client({ url: `ldap://127.0.0.1:${server.address().port}`, timeout: 2_000 });
  await client.search('dc=x', { scope: 'sub', filter }).catch(() => undefined);
  // The value follows the name of the attribute: its tag 04, its length, its octets.
  const at = seen.lastIndexOf('sn') + 2;
  console.log(`${name}: ${seen.subarray(at + 2, at + 2 + seen[at + 1]).toString('hex')}`);
}
server.close();
JS
seen=$(node search.mjs)
echo "$seen"
expected='RFC 4515, as octets: 4c75c384c28d69c384c287
RFC 4515, as text: 4c75c48d69c487
a Chinese name, as octets: c3a5c2bcc2a0
a Chinese name, as text: e5bca0'
[ "$seen" = "$expected" ] || { echo 'Changed'; exit 1; }
echo 'As described.'
