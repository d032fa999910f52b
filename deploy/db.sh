#!/bin/sh
# PostgreSQL in a container: makes the cluster at first start, with the password from a secret file.
set -eu
bin=/usr/lib/postgresql/15/bin data=/var/lib/postgresql/data/pgdata
password=${POSTGRES_PASSWORD_FILE:?name the file that holds the password}
if [ ! -s "$data/PG_VERSION" ]; then
  rm -rf "$data.new"
  $bin/initdb -D "$data.new" -U antu --pwfile="$password" --auth-host=scram-sha-256 --auth-local=trust -E UTF8 --locale=C.UTF-8 >/dev/null
  echo "host all antu all scram-sha-256" >> "$data.new/pg_hba.conf"
  $bin/pg_ctl -D "$data.new" -w -o "-c listen_addresses= -c unix_socket_directories=/tmp" start >/dev/null
  $bin/createdb -h /tmp -U antu antu
  $bin/pg_ctl -D "$data.new" -w -m fast stop >/dev/null
  mv "$data.new" "$data"
fi
exec $bin/postgres -D "$data" -c listen_addresses='*' -c unix_socket_directories=/tmp \
  -c shared_buffers="${SHARED_BUFFERS:-512MB}" -c max_connections=300 -c jit=off -c random_page_cost=1.1
