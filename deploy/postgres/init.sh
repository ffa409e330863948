#!/bin/sh
# Runs once, when PostgreSQL makes its data folder: the roles and databases of Belay and Temporal. Passwords go from file
# to psql and are never an argument. `belay migrate` gives belay_server what it needs in the tables, and no more.
set -eu
secrets="${SECRETS:-/run/secrets}"
exec psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set secrets="$secrets" --dbname "${PGDATABASE:-postgres}" \
  --username "${POSTGRES_USER:-postgres}" <<'SQL'
\set owner_file :secrets '/belay-owner-password'
\set server_file :secrets '/belay-server-password'
\set temporal_file :secrets '/temporal-password'
\set owner_password `cat :owner_file`
\set server_password `cat :server_file`
\set temporal_password `cat :temporal_file`

create role belay_owner login password :'owner_password';
create role belay_server login password :'server_password';
create role temporal login password :'temporal_password';

create database belay owner belay_owner;
create database temporal owner temporal;
create database temporal_visibility owner temporal;
revoke all on database belay from public;
revoke all on database temporal from public;
revoke all on database temporal_visibility from public;
grant connect on database belay to belay_server;
SQL
