#!/bin/sh
# Brings Temporal's tables up to date. Its databases are there, made with PostgreSQL's data folder.
set -eu
SQL_PASSWORD="$(cat /run/secrets/temporal-password)"
export SQL_PASSWORD
for pair in temporal:temporal temporal_visibility:visibility; do
  database="${pair%%:*}"
  tool() { temporal-sql-tool --plugin postgres12 --ep postgres -p 5432 -u temporal --db "$database" "$@"; }
  tool setup-schema -v 0.0
  tool update-schema -d "/etc/temporal/schema/postgresql/v12/${pair#*:}/versioned"
done
