#!/usr/bin/env bash
# python-stdnum 2.2 (stdnum.cn.ric) and validator 13.15.35 (isIdentityCard, which class-validator calls): the 公民身份号码 of a 台湾居民居住证 is
# refused. python-stdnum: "One of the parts of the number are invalid or unknown." Numbers of Hong Kong (810000) and Macao (820000) pass in both.
# 《港澳台居民居住证申领发放办法》(国办发〔2018〕81号) 第三条: such numbers are made by the standard of all citizens' (GB 11643), with the address
# codes 810000, 820000 and, for residents of Taiwan, 830000. Both libraries know 710000 instead, the code that GB/T 2260 has for the province:
# the numbers follow another table here. So does id-validator 1.0.20 (PyPI), the other way round; id-validator 1.3.0 and idcard 4.2.0 (npm) pass
# both. For hutool and idcard this was reported and mended (2020, 2022); for the two named first nothing was found.
# What follows: students from Taiwan cannot register where a form checks numbers with these. Check the date and the last digit, and take 830000
# for an address like any other.
# The numbers below are nobody's: 1 January 2005, 001. Needs Node.js >= 20, npm, Python 3 with venv, and pip. Fails when the behaviour changes.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts validator@13.15.35 id-validator@1.3.0 idcard@4.2.0 2>/dev/null
python3 -m venv env
env/bin/pip install --quiet python-stdnum==2.2 id-validator==1.0.20

cat >numbers.py <<'PY'
from stdnum.cn import ric
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_11_2
from id_validator import validator


def says(number):
    try:
        ric.validate(number)
        return "passes"
    except ValidationError as error:
        return str(error)


# The last digit is ISO/IEC 7064 MOD 11-2 of the others.
numbers = {code: base + mod_11_2.calc_check_digit(base) for code in ("110101", "810000", "820000", "830000", "710000") for base in [code + "20050101001"]}
with open("numbers", "w") as file:
    print(*numbers.values(), file=file)
for code, number in numbers.items():
    print("python-stdnum", code, says(number))
for code, number in numbers.items():
    print("id-validator (PyPI)", code, "passes" if validator.is_valid(number) else "refused")
PY
cat >numbers.cjs <<'JS'
const validator = require('validator');
const { default: IDValidator } = require('id-validator');
const idcard = require('idcard');

const numbers = require('node:fs').readFileSync('numbers', 'utf8').trim().split(' ');
const ids = new (IDValidator ?? require('id-validator'))();
const checks = {
  validator: (number) => validator.isIdentityCard(number, 'zh-CN'),
  'id-validator (npm)': (number) => ids.isValid(number),
  idcard: (number) => idcard.verify(number),
};
for (const [name, check] of Object.entries(checks))
  for (const number of numbers) console.log(name, number.slice(0, 6), check(number) ? 'passes' : 'refused');
JS
env/bin/python numbers.py | tee seen
node numbers.cjs | tee -a seen
diff seen - <<'SEEN'
python-stdnum 110101 passes
python-stdnum 810000 passes
python-stdnum 820000 passes
python-stdnum 830000 One of the parts of the number are invalid or unknown.
python-stdnum 710000 passes
id-validator (PyPI) 110101 passes
id-validator (PyPI) 810000 passes
id-validator (PyPI) 820000 passes
id-validator (PyPI) 830000 passes
id-validator (PyPI) 710000 refused
validator 110101 passes
validator 810000 passes
validator 820000 passes
validator 830000 refused
validator 710000 passes
id-validator (npm) 110101 passes
id-validator (npm) 810000 passes
id-validator (npm) 820000 passes
id-validator (npm) 830000 passes
id-validator (npm) 710000 passes
idcard 110101 passes
idcard 810000 passes
idcard 820000 passes
idcard 830000 passes
idcard 710000 passes
SEEN
echo 'As described.'
