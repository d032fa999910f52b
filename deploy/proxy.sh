#!/bin/sh
# The proxy: makes a self-signed certificate when none is mounted at /certificates, then runs nginx.
set -eu
if [ ! -s /certificates/antu.crt ]; then
  openssl req -x509 -newkey rsa:2048 -nodes -days 825 -subj "/CN=${ANTU_SERVER_NAME:-localhost}" \
    -addext "subjectAltName=DNS:${ANTU_SERVER_NAME:-localhost}" \
    -keyout /certificates/antu.key -out /certificates/antu.crt 2>/dev/null
  echo "made a self-signed certificate; mount your own at /certificates/antu.crt and antu.key" >&2
fi
sed "s#__BASE_URL__#${ANTU_BASE_URL:-https://localhost:8443}#" /etc/nginx/nginx.conf > /tmp/nginx.conf
exec nginx -c /tmp/nginx.conf -g "daemon off; pid /tmp/nginx.pid; error_log stderr warn;"
