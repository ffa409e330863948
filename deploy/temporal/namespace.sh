#!/bin/sh
# The namespace that Belay uses. Closed runs are kept for 30 days, for the re-checks that look back so far.
set -eu
temporal operator namespace describe --namespace default >/dev/null 2>&1 ||
  temporal operator namespace create --namespace default --retention 30d
