#!/bin/bash
# Install, use, upgrade and uninstall mailwatch in a clean Debian that boots systemd (systemd-nspawn, no network).
# usage: tests/install/run.sh        as root; needs debootstrap and systemd-container. `make test-install` calls it.
#
# Variables: TEST_CACHE (default /var/cache/mailwatch-test-install): the Debian and the wheels that were fetched;
# the Debian itself is never written to, each run has a layer of its own in memory.
set -euo pipefail
cd "$(dirname "$0")/../.."

cache=${TEST_CACHE:-/var/cache/mailwatch-test-install}
packages=systemd,systemd-sysv,dbus,python3,python3-venv,make,ca-certificates,sudo,procps,dovecot-imapd
say() { echo "test-install: $*" >&2; }

[ "$(id -u)" -eq 0 ] || { say "needs root"; exit 1; }
for tool in debootstrap systemd-nspawn; do
    command -v "$tool" >/dev/null || { say "$tool is missing (apt install debootstrap systemd-container)"; exit 1; }
done

codename=$(. /etc/os-release && echo "${VERSION_CODENAME:?}")
base=$cache/$codename
mkdir -p "$cache"

if [ ! -e "$base.ready" ]; then
    say "fetching Debian $codename (once)"
    rm -rf "$base"
    # The mirror is the one that apt uses on this machine.
    mirror=$(apt-get indextargets --format '$(CODENAME) $(REPO_URI)' 'Created-By: Packages' |
        awk -v name="$codename" '$1 == name && !seen++ { print $2 }')
    debootstrap --variant=minbase --include="$packages" "$codename" "$base" $mirror >"$cache/debootstrap.log" 2>&1 ||
        { tail "$cache/debootstrap.log" >&2; exit 1; }
    touch "$base.ready"
fi

work=$(mktemp -d)
container=
cleanup() {
    [ -z "$container" ] || kill "$container" 2>/dev/null || true
    rm -rf "$work"
}
trap cleanup EXIT
mkdir "$work/tree" "$work/out"
# The tree as it stands, without what git ignores.
git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$work/tree" 2>/dev/null || true

say "fetching the wheels of the lock"
python=$("$base/usr/bin/python3" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null ||
    chroot "$base" python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
"${PIP_PYTHON:-python3}" -m pip download --quiet --disable-pip-version-check --require-hashes --only-binary=:all: \
    --python-version "$python" -d "$cache/wheels" -r "$work/tree/requirements.lock" \
    >"$work/pip.log" 2>&1 || { tail -n 15 "$work/pip.log" >&2; exit 1; }

machine() { # ARGUMENT...
    systemd-nspawn --quiet --register=no --keep-unit --volatile=overlay --directory="$base" --private-network \
        --hostname=mailwatch-test --link-journal=no --console=pipe \
        --bind-ro="$cache/wheels:/wheels" --bind="$work/tree:/root/mailwatch" --bind="$work/out:/out" "$@" \
        </dev/null >"$work/console" 2>&1 &
    container=$!
    wait "$container" || true
    container=
    cat "$work/out/log" 2>/dev/null || tail -n 40 "$work/console"
    rm -f "$work/out/log"
}

started=$SECONDS
say "with systemd"
machine --bind-ro="$PWD/tests/install/mailwatch-test.service:/etc/systemd/system/mailwatch-test.service" \
    --boot systemd.unit=mailwatch-test.service
say "without systemd"
machine --as-pid2 /bin/bash -c 'exec /root/mailwatch/tests/install/plain.sh >/out/log 2>&1'
say "took $((SECONDS - started)) s"
[ -e "$work/out/with-systemd" ] && [ -e "$work/out/without-systemd" ]
