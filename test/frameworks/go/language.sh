# shellcheck shell=bash
# Clients in Go: NAME/main.go, built with the modules of NAME/go.sum.  To be sourced.  Where
# the go in PATH is too old (Debian 12 has 1.19), it fetches the one that "toolchain" names,
# as a module, with its hash.

go_names() { find go -name main.go -printf '%P\n' | sed 's:/main.go$::' | sort; }

# go_fetch FOLDER ARCHITECTURE: the toolchain, once; a module's files are not executable
go_fetch()
{
	local fetched version sum

	read -r _ version sum < <(grep "^$2 " go/toolchain)
	fetched=$(cd "$1" && GOMODCACHE=$1/mod go mod download -json "golang.org/toolchain@$version")
	grep -qF "\"Sum\": \"$sum\"" <<<"$fetched" || { printf '%s\nwhich is not %s\n' "$fetched" "$sum"; return 1; }
	chmod -R +x "$1/mod/golang.org/toolchain@$version/"{bin,pkg/tool}
	ln -sfn "$1/mod/golang.org/toolchain@$version" "$1/toolchain"
	rm -rf "$1/mod/cache"
}

# Nothing is optimized, which halves the time that it takes.  What all share is beside their environments: the toolchain, and what it has compiled.
go_bring()
{
	local shared=${2%/*}/.go wanted

	mkdir -p "$shared"
	wanted=$(sed -n 's/^go //p' "go/$1/go.mod")
	export GOTOOLCHAIN=local GOFLAGS="${GOFLAGS:-} -modcacherw"
	if ! printf '%s\n' "go$wanted" "$(go env GOVERSION)" | sort -V -C; then
		[ -e "$shared/toolchain" ] || go_fetch "$shared" "$(go env GOARCH)"
		export GOROOT=$shared/toolchain PATH=$shared/toolchain/bin:$PATH
	fi
	(cd "go/$1" && GOMODCACHE=$2/mod GOCACHE=$shared/cache go build -mod=readonly -gcflags='all=-N -l' -o "$2/client" .)
	rm -rf "$2/mod"
}

go_command() { command=("$2/client"); }
