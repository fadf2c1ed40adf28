# shellcheck shell=bash
# Clients in Python: adapters/NAME.py, in a virtual environment of what requirements/NAME.txt
# lists.  To be sourced.  requirements/lock (Python, with uv) makes the lists anew.

python_variants=(openai-agents-strict)	# of a client, in the same environment

python_names()
{
	find python/requirements -name '*.txt' -printf '%f\n' | sed 's/\.txt$//' | sort - <(printf '%s\n' "${python_variants[@]}")
}

# Wheels only: nothing is built, so nothing but Python is needed.
python_bring()
{
	local name=$1

	[ -f "python/requirements/$name.txt" ] || name=${name%-*}
	/usr/bin/python3 -m venv "$2"
	"$2/bin/pip" install -q --require-hashes --only-binary=:all: -r "python/requirements/$name.txt"
}

python_command() { command=("$2/bin/python" python/main.py "$1"); }
