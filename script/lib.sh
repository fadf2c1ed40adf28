# shellcheck shell=bash
# What start, demo and test share: Debian packages, building and installing,
# and a private PostgreSQL (Unix socket only, never as root).  To be sourced.
#
# Nothing here writes to stdout: in script/start that belongs to the protocol.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
state=${SCIMVER_STATE:-$root/.scimver}	# everything that is kept between runs
port=7643						# names the socket's file, nothing listens on it
server_user=postgres			# who runs PostgreSQL when root calls

say() { printf '%s\n' "$*" >&2; }
fail() { say "${0##*/}: $*"; exit 1; }

# ---- packages ----

# The PostgreSQL to use: what PG_CONFIG says, the newest that can be built for, or Debian's own.
find_postgres()
{
	local found

	pg_config=${PG_CONFIG:-}
	if [ -z "$pg_config" ]; then
		found=$(printf '%s\n' /usr/lib/postgresql/*/bin/pg_config | sort -t/ -k5 -n | tail -n 1)
		[ ! -x "$found" ] || pg_config=$found
	fi
	if [ -n "$pg_config" ]; then
		major=$("$pg_config" --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
		return
	fi
	# shellcheck disable=SC1091
	case $(. /etc/os-release 2>/dev/null && echo "${VERSION_CODENAME:-}") in
		bookworm) major=15 ;;
		trixie) major=17 ;;
		*)
			apt-cache show postgresql >/dev/null 2>&1 || ! may_be_root || update_package_lists || true
			major=$(apt-cache show postgresql 2>/dev/null | sed -n '0,/^Version: /s/^Version: \([0-9]*\)[+.].*/\1/p')
			;;
	esac
	[ -n "${major:-}" ] || fail "no PostgreSQL found; set PG_CONFIG to its pg_config"
	pg_config=/usr/lib/postgresql/$major/bin/pg_config
}

as_root()
{
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# May this run do what needs root?  Asks for a password only where somebody can type it.
may_be_root()
{
	[ "$(id -u)" = 0 ] && return
	command -v sudo >/dev/null || return 1
	sudo -n true 2>/dev/null || { [ -t 0 ] && sudo -v; }
}

# Why there is no root: for messages.
without_root()
{
	if command -v sudo >/dev/null; then
		echo "sudo wants a password, and nobody can type it here"
	else
		echo "there is no sudo"
	fi
}

apt_get()
{
	mkdir -p "$state"
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -o Dpkg::Use-Pty=0 -q "$@" </dev/null >>"$state/apt.log" 2>&1
}

update_package_lists()
{
	say "Fetching Debian's package lists (apt-get update, up to a minute; it writes to $state/apt.log)"
	apt_get update
}

# need PACKAGE...: installs those that are missing, or says how and stops.
need()
{
	local missing=() package no_cluster=/etc/postgresql-common/createcluster.d/scimver.conf

	command -v dpkg-query >/dev/null || return 0	# no Debian: the build will say what it misses
	for package; do
		[ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
			missing+=("$package")
	done
	[ ${#missing[@]} -gt 0 ] || return 0
	if ! may_be_root; then
		say "These Debian packages are missing, and installing them needs root, but $(without_root). Run this as root, then ${0##*/} again:"
		say "  apt-get update && apt-get install --no-install-recommends ${missing[*]}"
		exit 1
	fi
	say "Packages that are missing: ${missing[*]}"
	update_package_lists || say "apt-get update failed; trying with the package lists that are there"
	# Debian would start a server of its own on port 5432, which nobody asked for
	as_root mkdir -p "${no_cluster%/*}"
	echo "create_main_cluster = false" | as_root tee "$no_cluster" >/dev/null
	say "Installing them (apt-get install, a few minutes; it writes to $state/apt.log); next: building"
	if ! apt_get install -y --no-install-recommends "${missing[@]}"; then
		as_root rm -f "$no_cluster"
		tail -n 20 "$state/apt.log" >&2
		fail "the packages could not be installed; $state/apt.log says more"
	fi
	as_root rm -f "$no_cluster"
}

# unpack PROGRAM: says in "unpacked" where it is.  One that is not installed is taken out of
# its package of that name: installed, Debian would start it as a service, now and with the
# machine.
unpack()
{
	local program=$1 folder=$state/unpacked/$1 libraries

	unpacked=$(PATH=$PATH:/usr/sbin command -v "$program") || unpacked=$folder/usr/sbin/$program
	[ ! -x "$unpacked" ] || return 0
	say "Fetching $program, to be used from $folder"
	mkdir -p "$folder"
	fetch_package "$program" "$folder" || { update_package_lists && fetch_package "$program" "$folder"; } ||
		fail "the package $program cannot be had"
	dpkg -x "$folder/$program"_*.deb "$folder"
	mapfile -t libraries < <(dpkg-deb -f "$folder/$program"_*.deb Depends | tr , '\n' | sed -n 's/^ *\(lib[^ |]*\).*/\1/p')
	need "${libraries[@]}"
}

# What people put before the bridge, for test/t/lib/ScimverFront.pm.
need_fronts()
{
	unpack nginx
	export SCIMVER_NGINX=$unpacked
	unpack haproxy
	export SCIMVER_HAPROXY=$unpacked
}

# The pooler of test/t/lib/ScimverPooler.pm.
need_pooler()
{
	unpack pgbouncer
	export SCIMVER_PGBOUNCER=$unpacked
}

fetch_package() { (cd "$2" && apt-get -q download "$1") >>"$state/apt.log" 2>&1; }

# clang with libFuzzer, which Debian keeps in a package of the compiler's own version.
need_clang()
{
	need clang
	find "$(clang -print-resource-dir)/" -name 'libclang_rt.fuzzer*' | grep -q . ||
		need "libclang-rt-$(clang -dumpversion | sed 's/\..*//')-dev"
}

# What building and running takes.
need_basics()
{
	find_postgres
	local packages=(gcc make libc6-dev pkg-config libpq-dev libevent-dev libssl-dev zlib1g-dev libjansson-dev)

	[ -n "${PG_CONFIG:-}" ] || packages+=("postgresql-$major" "postgresql-server-dev-$major")
	need "${packages[@]}" "$@"
	[ -x "$pg_config" ] || fail "$pg_config is missing"
	bin=$("$pg_config" --bindir)
}

# ---- building ----

# The extension's script, which make writes, in a checkout.
made_script() { printf 'sql/scimver--%s.sql\n' "$(sed -n "s/^default_version = '\(.*\)'/\1/p" "$root/scimver.control")"; }

sources()
{
	cd "$root" && find Makefile scimver.control sql src -type f ! -path "$(made_script)" \
		\( -name Makefile -o -name '*.control' -o -name '*.sql' -o -name '*.[ch]' \) -print0 | sort -z
}

# Copies what a build needs; the checkout itself stays as it is, whoever owns it.
copy_sources()
{
	mkdir -p "$1"
	sources | tar -C "$root" -cf - --null -T - | tar -C "$1" -xf - --no-same-owner
}

is_installed()
{
	local script

	cmp -s "$1/scimver.so" "$("$pg_config" --pkglibdir)/scimver.so" &&
		cmp -s "$1/src/bridge/scimver-mcp" "$bin/scimver-mcp" || return
	for script in "$1"/scimver.control "$1"/sql/scimver--*.sql; do
		cmp -s "$script" "$("$pg_config" --sharedir)/extension/${script##*/}" || return
	done
}

# install_from FOLDER
install_from()
{
	is_installed "$1" && return
	may_be_root || fail "installing into $bin needs root, but $(without_root): run this as root, then ${0##*/} again:  make -C $1 install PG_CONFIG=$pg_config with_llvm=no"
	say "Installing scimver into $bin and PostgreSQL's folders; next: a private PostgreSQL"
	as_root make -s -C "$1" install PG_CONFIG="$pg_config" with_llvm=no </dev/null >&2
}

# Builds and installs, if the sources have changed since.
build_and_install()
{
	local build=$state/build sum

	sum=$(sources | (cd "$root" && xargs -0 sha256sum) | sha256sum)
	if [ "$(cat "$build/sources" 2>/dev/null)" != "$sum" ]; then
		may_be_root || say "Installing scimver into $bin will need root, but $(without_root): after the build there will be one command to run as root"
		say "Building scimver for PostgreSQL $major with $(nproc) processes (a minute or two); next: installing it"
		rm -rf "$build"
		copy_sources "$build"
		make -s -j"$(nproc)" -C "$build" PG_CONFIG="$pg_config" with_llvm=no </dev/null >&2
		printf '%s\n' "$sum" >"$build/sources"
	fi
	install_from "$build"
}

# ---- the private server ----

# Runs a command as the user who may run PostgreSQL.
as_server_user()
{
	if [ "$(id -u)" = 0 ]; then
		(cd / && HOME=$server exec setpriv --reuid="$server_user" --regid="$server_user" --init-groups -- "$@")
	else
		"$@"
	fi
}

# folder_for_server_user FOLDER: makes it, or where that user cannot get there, makes it
# a link to one elsewhere; prints where it is.
folder_for_server_user()
{
	local folder=$1

	mkdir -p "${folder%/*}"
	if [ "$(id -u)" = 0 ]; then
		if [ ! -e "$folder" ] && ! (cd / && setpriv --reuid="$server_user" --regid="$server_user" --init-groups -- test -x "${folder%/*}"); then
			mkdir -p /var/lib/scimver
			ln -sfn "$(mktemp -d /var/lib/scimver/XXXXXX)" "$folder"
		fi
		folder=$(readlink -f "$folder")
		mkdir -p "$folder"
		chown "$server_user": "$folder"
	else
		mkdir -p "$folder"
	fi
	printf '%s\n' "$folder"
}

# Where the server lives: under the checkout, unless its user cannot get there.
find_server_folder()
{
	server=$(folder_for_server_user "$state/server")
	chmod 700 "$server"
	# the name of a socket has at most 107 bytes
	sockets=$server
	if [ ${#sockets} -gt 90 ]; then
		sockets=$(cat "$state/sockets" 2>/dev/null || true)
		if [ ! -d "$sockets" ]; then
			sockets=$(as_server_user mktemp -d /tmp/scimver.XXXXXX)
			printf '%s\n' "$sockets" >"$state/sockets"
		fi
	fi
}

server_is_up()
{
	as_server_user "$bin/pg_ctl" -D "$server/data" status >/dev/null 2>&1
}

# Its descriptors are its own: a client that waits for our stdout to close must not wait for it.
start_server()
{
	if [ ! -f "$server/data/PG_VERSION" ]; then
		say "Making a private PostgreSQL in $server; next: starting it"
		as_server_user rm -rf "$server/data.new"
		as_server_user "$bin/initdb" -D "$server/data.new" -U scimver -A trust -E UTF8 --locale=C.UTF-8 \
			</dev/null >"$state/initdb.log" 2>&1 || { cat "$state/initdb.log" >&2; fail "initdb failed"; }
		as_server_user mv "$server/data.new" "$server/data"
	fi
	[ "$(as_server_user cat "$server/data/PG_VERSION")" = "$major" ] ||
		fail "$server/data belongs to another major version than $major"
	server_is_up && return
	say "Starting the private PostgreSQL"
	as_server_user "$bin/pg_ctl" -D "$server/data" -w -l "$server/log" \
		-o "-p $port -k '$sockets' -c listen_addresses='' -c unix_socket_permissions=0700" \
		start </dev/null >/dev/null 2>&1 9>&- ||
		fail "PostgreSQL does not start: see $server/log"
}

stop_server()
{
	! server_is_up || as_server_user "$bin/pg_ctl" -D "$server/data" -m fast -w stop </dev/null >/dev/null
}

# sql DATABASE [psql's options]: as the server's superuser.
sql()
{
	as_server_user "$bin/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h "$sockets" -p "$port" -U scimver -d "$@"
}

conninfo() { printf 'host=%s port=%s dbname=%s user=agent' "$sockets" "$port" "$1"; }

# A database with users and groups, and a role for agents that owns nothing.
make_database()
{
	[ -z "$(sql postgres -c "SELECT 1 FROM pg_database WHERE datname = '$1'")" ] || return 0
	say "Making the database $1 with tables of users and groups, and the role agent"
	sql postgres >&2 <<-SQL
		SET client_min_messages = warning;
		DO \$\$ BEGIN
		  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'agent') THEN CREATE ROLE agent LOGIN; END IF;
		END \$\$;
		DROP DATABASE IF EXISTS "$1.new";
		CREATE DATABASE "$1.new";
	SQL
	sql "$1.new" -o /dev/null >&2 <<-SQL
		SET client_min_messages = warning;
		CREATE EXTENSION scimver CASCADE;
		SELECT scim_create_table('users', 'User');
		SELECT scim_create_table('groups', 'Group');
		SELECT scim_grant_tenant('default', 'agent');
		GRANT EXECUTE ON FUNCTION scim_seal_history() TO agent;
	SQL
	sql postgres -c "ALTER DATABASE \"$1.new\" RENAME TO \"$1\"" >&2
}

# One run at a time sets things up.
alone()
{
	mkdir -p "$state" 2>/dev/null || fail "$state cannot be written"
	exec 9>"$state/lock"
	flock 9
	"$@"
	exec 9>&-
}
