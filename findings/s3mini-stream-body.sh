#!/usr/bin/env bash
# s3mini 1.0.2: putObject takes a ReadableStream by its types and its README, and in Node.js it fails before a byte is sent:
# "RequestInit: duplex option is required when sending a body". The stream is handed to fetch without `duplex: 'half'`, which the
# fetch standard asks for; a length given as contentLength changes nothing. A Buffer of the same bytes is stored.
# What follows: hand it a Blob (of a file: fs.openAsBlob), which is sent without being read into memory, or a Buffer.
# Needs Node.js >= 20 and npm. Fails when the behaviour changes.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts s3mini@1.0.2

cat >put.mjs <<'JS'
import { createServer } from 'node:http';
import { openAsBlob, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { S3mini } from 's3mini';

// Takes whatever is put, and counts it.
const seen = [];
const server = createServer((request, response) => {
  let bytes = 0;
  request.on('data', (chunk) => (bytes += chunk.length));
  request.on('end', () => {
    seen.push(bytes);
    response.setHeader('etag', '"1"').end();
  });
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const endpoint = `http://127.0.0.1:${server.address().port}/bucket`;
const s3 = new S3mini({ accessKeyId: 'id', secretAccessKey: 'secret', endpoint, region: 'auto' });
const type = 'application/octet-stream';
const bytes = Buffer.from('abc');
const stream = () => Readable.toWeb(Readable.from([bytes]));
writeFileSync('three', bytes);
const ways = {
  buffer: () => s3.putObject('k', bytes, type),
  blob: async () => s3.putObject('k', await openAsBlob('three'), type),
  stream: () => s3.putObject('k', stream(), type),
  'stream and length': () => s3.putObject('k', stream(), type, undefined, undefined, 3),
};
for (const [name, put] of Object.entries(ways)) {
  const before = seen.length;
  const said = await put().then(({ status }) => status, ({ name: kind }) => kind);
  console.log(`${name}: ${said}, ${seen.length > before ? `${seen.at(-1)} bytes came` : 'nothing was sent'}`);
}
server.close();
JS
seen=$(node put.mjs)
echo "$seen"
expected='buffer: 200, 3 bytes came
blob: 200, 3 bytes came
stream: TypeError, nothing was sent
stream and length: TypeError, nothing was sent'
[ "$seen" = "$expected" ] || { echo 'Changed'; exit 1; }
echo 'As described.'
