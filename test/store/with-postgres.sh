#!/usr/bin/env bash
# Runs a command with TEST_DATABASE_URL set to a Postgres of its own, which is gone afterwards:
#   bash test/store/with-postgres.sh npm test
# Uses Debian's package, and installs it if it may. Listens on a socket in its folder, on no port.
set -euo pipefail
# Where root finds runuser; not every environment has it on its PATH.
PATH=$PATH:/usr/sbin:/sbin
programs() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1; }
if [ -z "$(programs)" ]; then apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql >&2; fi
bin=$(programs)
folder=$(mktemp -d /tmp/halfsecond-postgres-XXXXXX)
# Postgres refuses to run as root.
own() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
if [ "$(id -u)" = 0 ]; then chown postgres "$folder"; fi
stop() {
  own "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null || true
  rm -rf "$folder"
}
trap stop EXIT
own "$bin/initdb" -D "$folder/data" -A trust -U postgres --no-sync >/dev/null
own "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -w -o "-k $folder -c listen_addresses= -c fsync=off" start >/dev/null || {
  cat "$folder/log" >&2
  exit 1
}
TEST_DATABASE_URL="postgres://postgres@localhost/postgres?host=$folder" "$@"
