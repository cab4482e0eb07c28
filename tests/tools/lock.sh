#!/bin/bash
# Resolve the versions for all supported Pythons at once and write both lock files.
# The resolver (uv) lives in a folder of its own and is thrown away afterwards.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check uv
# Extras stay in the lock: pip, when it checks hashes, takes the newest release for a name with an extra that the
# lock does not pin with that same extra, and refuses it. Then an install breaks on the day a package is released.
compile() {
    "$folder/bin/uv" pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-strip-extras \
        --no-header --no-emit-index-url --no-emit-find-links pyproject.toml "$@"
}
compile --extra demo --extra postgresql --group build -o requirements.lock
compile --extra demo --extra postgresql --group build --group dev -o requirements-dev.lock
