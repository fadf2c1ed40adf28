# shellcheck shell=bash
# A private server (Unix socket only) for programs that test from outside, removed when the
# script ends.  To be sourced; "bin" names PostgreSQL's programs.

# Starts it: "work" is a folder for files, "conninfo" says where the server listens.
start_server()
{
	work=$(mktemp -d /tmp/scimver-server.XXXXXX)
	trap 'if [ -f "$work/data/postmaster.pid" ]; then "$bin/pg_ctl" -D "$work/data" -m immediate -s stop || true; fi; rm -rf "$work"' EXIT
	conninfo="host=$work user=tester dbname=postgres"
	"$bin/initdb" -D "$work/data" -A trust -E UTF8 --locale=C -U tester >"$work/initdb.log" 2>&1 || { cat "$work/initdb.log" >&2; echo "Bail out! initdb failed"; exit 1; }
	cat >>"$work/data/postgresql.conf" <<-CONF
		listen_addresses = ''
		unix_socket_directories = '$work'
		fsync = off
	CONF
	"$bin/pg_ctl" -D "$work/data" -l "$work/server.log" -s -w start || { cat "$work/server.log" >&2; echo "Bail out! the server does not start"; exit 1; }
}

# The same, with tables of users and groups.
start_server_with_tables()
{
	start_server
	"$bin/psql" -XAtq -v ON_ERROR_STOP=1 "$conninfo" >"$work/setup.log" 2>&1 <<-SQL || { cat "$work/setup.log" >&2; echo "Bail out! the extension is not there"; exit 1; }
		CREATE EXTENSION scimver CASCADE;
		SELECT scim_create_table('users', 'User');
		SELECT scim_create_table('groups', 'Group');
	SQL
}
