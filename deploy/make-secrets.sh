#!/bin/sh
# Makes the two secrets that docker-compose.yml names, once; what is there is kept.
set -eu
cd "$(dirname "$0")"
mkdir -p secrets && chmod 755 secrets
for name in db-password secret-key; do
  [ -s "secrets/$name" ] || { head -c 36 /dev/urandom | base64 | tr -d '\n+/=' > "secrets/$name"; chmod 644 "secrets/$name"; }
done
