# shellcheck shell=bash
# What test, suites and sanitize share: a copy of the checkout, running the tests in it
# and counting.  To be sourced, after lib.sh; "work" is a folder for logs, "copy"
# becomes the copy, "pg_config", "bin" and "pgxs" tell the PostgreSQL.

passed=0 failed=0
regress_options=()				# of pg_regress and pg_isolation_regress

# The tests write beside their sources, as a user who may not write into the checkout.
copy_checkout()
{
	mkdir "$copy"
	tar -C "$root" --exclude=./.git --exclude=./.scimver --exclude=node_modules --exclude=.venv --exclude=.environments --exclude='*.o' --exclude='*.so' \
		-cf - . | tar -C "$copy" -xf - --no-same-owner
	mkdir -p "$copy/tmp_check" "$copy/isolation"
	[ "$(id -u)" != 0 ] || chown -R "$server_user": "$copy"
}

# In the copy, as the tests' user, with an environment that says nothing about databases.
in_copy()
{
	local server=$copy

	(
		unset "${!PG@}"
		[ "$(id -u)" = 0 ] || [ ! -r ~/.npmrc ] || export NPM_CONFIG_USERCONFIG=~/.npmrc
		export PATH=$bin:$PATH PG_CONFIG=$pg_config HOME=$copy LC_ALL=C.UTF-8
		as_server_user env -C "$copy" "$@"
	)
}

# count LOG STATUS: adds up what pg_regress and TAP say; a part that breaks down counts as a failure.
count()
{
	local good bad

	good=$(grep -cE '^(ok [0-9]|test .* \.\.\. ok)|^     [^ ]+ +\.\.\. ok' "$1" || true)
	bad=$(grep -cE '^(not ok [0-9]|test .* \.\.\. FAILED)|^     [^ ]+ +\.\.\. FAILED' "$1" || true)
	[ "$2" = 0 ] || [ "$bad" != 0 ] || bad=1
	passed=$((passed + good)) failed=$((failed + bad))
	printf '%s: %d passed, %d failed\n' "$part" "$good" "$bad"
}

# run COMMAND...: its output goes to a log; what is worth reading is shown.
run()
{
	local log=$work/$part.log status=0

	in_copy "$@" </dev/null >"$log" 2>&1 || status=$?
	if [ $status != 0 ]; then
		grep -vE '^ok [0-9]|^test .* \.\.\. ok' "$log" | tail -n 200 || true
		find "$copy" -maxdepth 2 -name regression.diffs -exec head -n 300 {} \; -delete || true
	fi
	count "$log" $status
}

# names FOLDER ENDING [.ENDING]: the tests of a folder, without their ending (or with another)
names() { find "$copy/test/$1" -maxdepth 1 -name "*.$2" -printf '%f\n' | sort | sed "s/\.$2\$/${3:-}/"; }

# part_regress [TEST...], part_isolation [TEST...]: all, or these
part_regress()
{
	local tests=("$@")

	[ $# -gt 0 ] || mapfile -t tests < <(names sql sql)
	run "$pgxs/test/regress/pg_regress" --bindir="$bin" --temp-instance="$copy/tmp_check/regress" \
		--encoding=UTF8 --no-locale --inputdir=test --outputdir=. --load-extension=pgcrypto \
		"${regress_options[@]}" "${tests[@]}"
}

part_isolation()
{
	local tests=("$@")

	[ $# -gt 0 ] || mapfile -t tests < <(names specs spec)
	# nobody but the specs' sessions gives out xids: what a snapshot lists would differ
	printf '%s\n' 'autovacuum = off' 'max_prepared_transactions = 2' >"$copy/tmp_check/specs.conf"
	run "$pgxs/test/isolation/pg_isolation_regress" --bindir="$bin" --temp-instance="$copy/tmp_check/isolation" \
		--encoding=UTF8 --no-locale --inputdir=test --outputdir=isolation --load-extension=pgcrypto \
		--temp-config="$copy/tmp_check/specs.conf" \
		"${regress_options[@]}" "${tests[@]}"
}

# http_suites RUN...: suites that others published, over HTTP (test/http/run); says what each
# found, and which are left out, as their files are not there.
http_suites()
{
	local folder=${SCIMVER_SUITES:-$root/../shared/suites}

	# where the tests' user may read them
	[ ! -d "$folder" ] || cp -r --no-preserve=mode,ownership "$folder" "$copy/tmp_check/suites"
	run env SCIMVER_SUITES="$copy/tmp_check/suites" test/http/run "$@"
	sed -n "s:$copy/tmp_check/suites:$folder:; s/^# \(SKIP .*\)/\1/p; s/^# \(.* of .* pass.*\)/\1/p" "$work/$part.log"
}

# What the clients of test/frameworks take of Debian; where Go is too old for them, it brings
# the one that they want.
client_packages()
{
	packages=(ca-certificates python3 python3-venv)
	command -v npm >/dev/null || packages+=(nodejs npm)
	command -v go >/dev/null || packages+=(golang-go)
}

# frameworks NAME...: clients and frameworks of others (test/frameworks/run); says what each is,
# and what a mismatch looks like there.
frameworks()
{
	local environments=()

	[ -z "${SCIMVER_ENVIRONMENTS:-}" ] || environments=("SCIMVER_ENVIRONMENTS=$(folder_for_server_user "$(realpath -m "$SCIMVER_ENVIRONMENTS")")")
	run env "${environments[@]}" test/frameworks/run "$@"
	sed -n 's/^# \([a-z0-9-]*: .*\)/\1/p; s/^# \(all at once.*\)/\1/p' "$work/$part.log"
}
