#!/usr/bin/env bash
# node-zklib 1.3.0, zklib-js 1.3.5 and zkteco-js 1.7.2 (clients of ZKTeco terminals, port 4370): a user's number is cut after nine characters.
# The punches of 2026010001 and 2026010002 both read as 202601000, so ten students are one. It is so for punches, users and live events of
# the long form. Names are taken for ASCII, so 张三 in UTF-8 becomes other characters, from which it cannot be had back.
# pyzk 0.9 reads the same bytes as 2026010001 and 2026010002, 张三: it takes the 24 octets that the record has for the number.
# ZKTeco publishes no standard of this port. The description in use (zk-protocol, data-record.md), made from terminals of nine digits, has nine
# octets and fifteen of zero; terminals say by PIN2Width how long a number may be, and there are some of 14 digits. No terminal was asked here:
# the octets are laid out as both descriptions have them.
# What follows: with these clients numbers have at most nine characters, or attendance goes by the terminal's own uid (userSn, sn).
# The PUSH protocol of the same terminals sends the number as text.
# Needs Node.js >= 20, npm, Python 3 with venv, and pip. Fails when the behaviour changes.
set -euo pipefail
export TZ=Asia/Shanghai
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts node-zklib@1.3.0 zklib-js@1.3.5 zkteco-js@1.7.2 2>/dev/null
python3 -m venv env
env/bin/pip install --quiet pyzk==0.9

cat >read.py <<'PY'
from struct import pack

from zk import ZK

# 1 September 2026, 07:30:00, as these terminals count: months of 31 days.
AT = ((26 * 12 * 31 + 8 * 31 + 0) * 24 + 7) * 3600 + 30 * 60
NUMBERS = [b"2026010001", b"2026010002"]
punches = b"".join(pack("<H24sBIB8s", uid, number, 1, AT, 0, b"") for uid, number in enumerate(NUMBERS, 1))
user = pack("<HB8s24sIx7sx24s", 1, 0, b"", "张三".encode(), 0, b"", NUMBERS[0])
for name, octets in {"punches": punches, "user": user}.items():
    with open(name, "wb") as file:
        file.write(octets)


class Terminal(ZK):
    """pyzk with the octets of a terminal instead of a connection."""

    def read_sizes(self):
        pass

    def read_with_buffer(self, *_):
        return pack("<I", len(self.octets)) + self.octets, len(self.octets) + 4


terminal = Terminal("127.0.0.1")
terminal.users, terminal.records = 1, len(NUMBERS)
terminal.octets = user
(known,) = terminal.get_users()
terminal.get_users = lambda: [known]
terminal.octets = punches
print("pyzk:", *(f"{punch.user_id} at {punch.timestamp:%Y-%m-%d %H:%M}," for punch in terminal.get_attendance()), f"user {known.user_id} {known.name}")
PY
cat >read.cjs <<'JS'
const { readFileSync } = require('node:fs');

const punches = readFileSync('punches');
const at = (time) => new Date(time).toLocaleString('sv-SE').slice(0, 16);
for (const [name, utils] of Object.entries({ 'node-zklib': 'node-zklib/utils.js', 'zklib-js': 'zklib-js/utils.js', 'zkteco-js': 'zkteco-js/src/helper/utils.js' })) {
  const { decodeRecordData40, decodeUserData72 } = require(utils);
  const read = [0, 40].map((from) => decodeRecordData40(punches.subarray(from, from + 40)));
  const user = decodeUserData72(readFileSync('user'));
  const said = read.map((punch) => `${punch.deviceUserId ?? punch.user_id} at ${at(punch.recordTime ?? punch.record_time)},`).join(' ');
  console.log(`${name}: ${said} user ${user.userId} ${JSON.stringify(user.name)}`);
}
JS
seen=$(
  env/bin/python read.py
  node read.cjs
)
echo "$seen"
expected='pyzk: 2026010001 at 2026-09-01 07:30, 2026010002 at 2026-09-01 07:30, user 2026010001 张三
node-zklib: 202601000 at 2026-09-01 07:30, 202601000 at 2026-09-01 07:30, user 202601000 "e< d8\t"
zklib-js: 202601000 at 2026-09-01 07:30, 202601000 at 2026-09-01 07:30, user 202601000 "e< d8\t"
zkteco-js: 202601000 at 2026-09-01 07:30, 202601000 at 2026-09-01 07:30, user 202601000 "e< d8\t"'
[ "$seen" = "$expected" ] || { echo 'Changed'; exit 1; }
echo 'As described.'
