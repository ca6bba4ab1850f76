#!/bin/bash
# Run once by the postgres image when the database is made: lets the standby follow, by password.
set -e
echo "host replication odoo all scram-sha-256" >>"$PGDATA/pg_hba.conf"
