#!/bin/sh
# The application's container: brings the tables up to date, then does what it is told (serve, worker, …).
set -eu
case "${1:-serve}" in
  serve)
    antu migrate
    if [ "${ANTU_DEMO:-}" = 1 ]; then antu demo --if-empty; fi
    shift || true
    exec antu serve --host 0.0.0.0 "$@" ;;
  *) exec antu "$@" ;;
esac
