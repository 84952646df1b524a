#!/usr/bin/env sh
# Makes the secrets of docker-compose.yml in this folder: random, each once; what is there already stays.
set -eu
cd "$(dirname "$0")"
# Others on this machine are kept out by the folder; the files themselves are read by the users inside the containers.
chmod 700 .
umask 022
for name in owner directory staffing affairs safety early-warning party-building integration; do
  [ -s "$name.password" ] || openssl rand -hex 24 > "$name.password"
done
[ -s secret.key ] || openssl rand -base64 32 > secret.key
# What the campus's OpenID provider, its LDAP directory, 企业微信 or 钉钉 gave out goes in here; what is not used stays empty.
for way in oidc ldap wecom dingtalk; do [ -e "$way.secret" ] || : > "$way.secret"; done
# The secret of the S3 that keeps files, where there is one.
[ -e s3.secret ] || : > s3.secret
