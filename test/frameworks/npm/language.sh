# shellcheck shell=bash
# Clients in JavaScript: each with the packages of its package-lock.json.  To be sourced.
# Beside them there is one Node.js (node/package-lock.json), as some need a newer one than
# Debian has; it also writes the transcripts of all, and holds them against the schemas.

npm_names() { printf '%s\n' sdk-1 client-2-legacy client-2-auto client-2-pinned ai-sdk langchain-js; }

# npm_packages FOLDER_HERE FOLDER: installed there
npm_packages()
{
	mkdir -p "$2"
	cp "npm/$1/package.json" "npm/$1/package-lock.json" "npm/$1/.npmrc" "$2"
	npm ci --prefix "$2" --loglevel=error
}

# npm_node FOLDER: that Node.js, as FOLDER/node; once (not every npm makes a link to it, where
# another package has the same command for another machine)
npm_node()
{
	if [ ! -e "$1/complete" ]; then
		npm_packages node "$1" || return
		ln -sfn "$(echo "$1"/node_modules/node-linux-*/bin/node)" "$1/node"
		touch "$1/complete"
	fi
	cp -r npm/transcripts.mjs ../mcp/transcript.mjs ../mcp/schema "$1"
}

# The modes of a client are of one package.
npm_bring() { npm_packages "${1/#client-2-*/client-2}" "$2"; }

# A program finds packages where it lies.
npm_command()
{
	cp npm/*.mjs "$2"
	command=("${2%/*}/node/node" "$2/driver.mjs" "$1")
}
