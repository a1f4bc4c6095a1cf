# Sourced by accept and check: makes the Python environments that they need, once for each lock file.
# shellcheck shell=sh

say() { printf '%s\n' "$*" >&2; }

suitable() {
    command -v "$1" >/dev/null 2>&1 &&
        "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    for candidate in "${PYTHON:-python3}" python3 python3.13 python3.12 python3.11; do
        if suitable "$candidate"; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    say "accept: needs Python 3.11 or later; set PYTHON to its path if it is not called python3."
    return 1
}

# stamp DIRECTORY LOCK: the file that says that the directory was made from exactly this lock.
stamp() { printf '%s/.made-from-%s\n' "$1" "$(cksum <"$2" | tr ' ' '-')"; }

# make_environment DIRECTORY LOCK [project]: a virtual environment with exactly what the lock names.
make_environment() {
    made=$(stamp "$1" "$2")
    [ -e "$made" ] && return 0
    python=$(find_python) || return 1
    say "accept: making $1 from $2 ..."
    if ! "$python" -m venv --clear "$1" >"$1.log" 2>&1; then
        say "accept: '$python -m venv' failed (on Debian and Ubuntu: install python3-venv). It said:"
        tail -n 3 "$1.log" >&2
        return 1
    fi
    if ! "$1/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes \
        --requirement "$2" >"$1.log" 2>&1; then
        say "accept: installing from $2 failed:"
        tail -n 5 "$1.log" >&2
        return 1
    fi
    if [ "${3:-}" = project ]; then
        "$1/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps \
            --no-build-isolation --editable . >"$1.log" 2>&1 || { cat "$1.log" >&2; return 1; }
    fi
    rm -f "$1.log"
    : >"$made"
}

# prepare LOCK: the suite's own environment, and beside it the one in which sslyze lives (ADR 0004).
prepare() {
    make_environment .venv-witness locks/witness.txt &
    witness=$!
    make_environment .venv "$1" project || { wait "$witness"; return 1; }
    wait "$witness" || say "accept: going on without sslyze: TLS has one witness only."
}
