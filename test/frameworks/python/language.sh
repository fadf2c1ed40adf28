# shellcheck shell=bash
# Clients in Python: NAME.py, in a virtual environment of what requirements/NAME.txt lists.
# To be sourced.  requirements/lock (Python, with uv) makes the lists anew.

python_names() { find python/requirements -name '*.txt' -printf '%f\n' | sort | sed 's/\.txt$//'; }

# Wheels only: nothing is built, so nothing but Python is needed.
python_bring()
{
	/usr/bin/python3 -m venv "$2"
	"$2/bin/pip" install -q --require-hashes --only-binary=:all: -r "python/requirements/$1.txt"
}

python_command() { command=("$2/bin/python" "python/main.py" "$1"); }
