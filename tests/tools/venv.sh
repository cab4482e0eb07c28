#!/bin/bash
# Make .venv and install what a lock file names into it, hashes checked; then mailwatch itself, editable.
# usage: tests/tools/venv.sh LOCK          PYTHON=... picks the interpreter
set -euo pipefail
cd "$(dirname "$0")/../.."
lock=$1
log=.venv/setup.log

say() { echo "mailwatch: $*" >&2; }

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
can_make_venv() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

# The first interpreter that is new enough and passes the test in $1.
find_python() {
    local candidate
    for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3}; do
        if new_enough "$candidate" && "$1" "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    return 1
}

# Debian keeps ensurepip in a package of its own.
install_venv_package() {
    local have
    if have=$(find_python true); then
        tests/tools/debian.sh "$(basename "$have")-venv"
    elif [ -z "${PYTHON:-}" ]; then
        tests/tools/debian.sh python3 python3-venv
    fi
}

if [ ! -x .venv/bin/python ] || ! new_enough .venv/bin/python || ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    if ! python=$(find_python can_make_venv); then
        install_venv_package
        if ! python=$(find_python can_make_venv); then
            say "Python 3.11 or later with its venv module is needed (Debian, Ubuntu: apt install python3-venv)"
            exit 1
        fi
    fi
    say "making .venv with $("$python" --version)"
    rm -rf .venv
    "$python" -m venv .venv
fi

export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore
say "installing the versions of $lock (once)"
# pip's words go to a file: they only matter when it fails, and warnings of a working pip help nobody.
if ! .venv/bin/python -m pip install --quiet --require-hashes -r "$lock" >"$log" 2>&1 ||
    ! .venv/bin/python -m pip install --quiet --no-deps --no-build-isolation -e . >>"$log" 2>&1; then
    say "pip failed; its last words (all of them: $log):"
    tail -n 15 "$log" >&2
    exit 1
fi
