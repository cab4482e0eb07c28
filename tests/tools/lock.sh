#!/bin/bash
# Resolve the versions for all supported Pythons at once and write both lock files.
# The resolver (uv) lives in a folder of its own and is thrown away afterwards.
set -euo pipefail
cd "$(dirname "$0")/../.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder"
"$folder/bin/python" -m pip install --quiet --disable-pip-version-check uv
compile() {
    "$folder/bin/uv" pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
        --no-header --no-emit-index-url --no-emit-find-links pyproject.toml "$@"
}
compile --extra demo --extra postgresql --group build -o requirements.lock
compile --extra demo --extra postgresql --group build --group dev -o requirements-dev.lock
