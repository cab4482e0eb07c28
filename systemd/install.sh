#!/bin/bash
# Install mailwatch for this machine, or bring an installation up to date: the same command.
# usage: systemd/install.sh          as root; `make install` calls it
#
# Variables: PREFIX (/opt/mailwatch), BINDIR (/usr/local/bin), PYTHON (an interpreter, 3.11 or later),
# DESTDIR (for packagers: files go below it; no user is made and no service touched).
#
# Each version gets a folder of its own below PREFIX/releases; PREFIX/current points to the one in use and is
# turned over in one step, so that a failed or interrupted install leaves what runs as it was.
set -euo pipefail
umask 022
cd "$(dirname "$0")/.."

DESTDIR=${DESTDIR:+$(realpath -m "$DESTDIR")}
PREFIX=${PREFIX:-/opt/mailwatch}
BINDIR=${BINDIR:-/usr/local/bin}
UNITDIR=/usr/local/lib/systemd/system
CONFIG=/etc/mailwatch/config.yaml

say() { echo "mailwatch: $*" >&2; }
fail() { say "$*"; exit 1; }

[ -n "$DESTDIR" ] || [ "$(id -u)" -eq 0 ] || fail "run as root: sudo make install"
case $PREFIX$BINDIR in *[!A-Za-z0-9/._-]*) fail "PREFIX and BINDIR may hold letters, digits and / . _ - alone" ;; esac

# The service has no way into a home folder, so a Python that lies in one (pyenv) is passed over.
usable() {
    case $(readlink -f "$1") in /root/* | /home/*) return 1 ;; esac
    "$1" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    local candidate
    for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3 /usr/bin/python3}; do
        # By its full name: the path of the user who called us is not the service's.
        if candidate=$(command -v "$candidate") && usable "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    return 1
}

booted() { [ -z "$DESTDIR" ] && [ -d /run/systemd/system ] && command -v systemctl >/dev/null; }

build_release() {
    local python=$1 release=$2 log
    log=$(mktemp)
    export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore PYTHONDONTWRITEBYTECODE=
    # Everything that is fetched stands in the lock with its hash, the build tool too: the build fetches nothing.
    if ! "$python" -m venv "$release" >"$log" 2>&1 ||
        ! "$release/bin/python" -m pip install --quiet --require-hashes -r requirements.lock >>"$log" 2>&1 ||
        ! "$release/bin/python" -m pip install --quiet --no-index --no-deps --no-build-isolation . >>"$log" 2>&1; then
        tail -n 15 "$log" >&2
        rm -f "$log"
        fail "the new version could not be installed; nothing was changed"
    fi
    rm -f "$log"
    if [ -n "$DESTDIR" ]; then
        # The scripts shall work at the place where they will stand.
        grep -rlIF "$DESTDIR" "$release/bin" "$release/pyvenv.cfg" | xargs -r sed -i "s|$DESTDIR||g"
    fi
}

put() { install -D -m "$1" "$2" "$DESTDIR$3"; }

# The units as they stand in the source say /opt/mailwatch.
put_units() {
    local unit known=0
    for unit in mailwatch.service mailwatch-backup.service mailwatch-backup.timer; do
        put 644 "systemd/$unit" "$UNITDIR/$unit"
        sed -i "s|/opt/mailwatch/|$PREFIX/|g" "$DESTDIR$UNITDIR/$unit"
    done
    if command -v systemctl >/dev/null; then
        known=$(systemctl --version | awk 'NR == 1 { print int($2) }')
    fi
    if [ "$known" -ge 254 ]; then
        put 644 systemd/mailwatch-backoff.conf "$UNITDIR/mailwatch.service.d/backoff.conf"
    fi
}

make_user() {
    getent passwd mailwatch >/dev/null && return
    if command -v systemd-sysusers >/dev/null; then
        systemd-sysusers "/usr/lib/sysusers.d/mailwatch.conf"
    else
        useradd --system --user-group --home-dir /var/lib/mailwatch --shell /usr/sbin/nologin mailwatch
    fi
}

# What the tmpfiles entry says, where systemd-tmpfiles is missing, too.
make_folders() {
    install -d -m 755 /etc/mailwatch
    install -d -m 750 -o root -g mailwatch /etc/mailwatch/credentials
    # An owner that somebody has chosen for the data stays.
    [ -d /var/lib/mailwatch ] || install -d -m 700 -o mailwatch -g mailwatch /var/lib/mailwatch
    find /etc/mailwatch/credentials -maxdepth 1 -type f -exec chown mailwatch:mailwatch {} + -exec chmod 600 {} +
}

# The first opening by a new version migrates the database, after a copy of it; do it where a person sees it.
bring_data_up() {
    [ -e "$CONFIG" ] || return 0
    # Nothing to migrate before the first start, and the first start makes what it needs.
    [ -n "$1" ] || [ -n "$(ls -A /var/lib/mailwatch 2>/dev/null)" ] || return 0
    local said
    if said=$("$BINDIR/mailwatch" --lang en --config "$CONFIG" status 2>&1); then
        return 0
    fi
    case $said in
    *"made by another version of mailwatch"*)
        say "building lists and search anew for this version"
        "$BINDIR/mailwatch" --config "$CONFIG" reindex || say "run, when it can be mended: sudo mailwatch reindex"
        ;;
    *) say "the data could not be opened by the new version: $said" ;;
    esac
}

forget_old_releases() {
    local current previous=$1 release
    current=$(readlink -f "$PREFIX/current")
    for release in "$PREFIX"/releases/*/; do
        release=${release%/}
        [ "$release" = "$current" ] || [ "$release" = "$previous" ] || rm -rf "$release"
    done
}

python=$(find_python) ||
    fail "Python 3.11 or later with its venv module, outside of home folders, is needed (Debian, Ubuntu: apt install python3-venv)"
version=$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
release=$PREFIX/releases/$version-$(date -u +%Y%m%dT%H%M%SZ)-$$
previous=$(readlink -f "$DESTDIR$PREFIX/current" 2>/dev/null || true)
[ -e "$previous/bin/mailwatch" ] || previous=

say "building mailwatch $version in $PREFIX with $("$python" --version)"
mkdir -p "$DESTDIR$PREFIX/releases"
# Until it is in use, a release that was not finished is nobody's.
trap 'rm -rf "$DESTDIR$release"' EXIT
build_release "$python" "$DESTDIR$release"
for page in docs/operating.md docs/operating.ko.md docs/configuration.md; do
    put 644 "$page" "$release/share/doc/mailwatch/${page##*/}"
done

running=no
if booted; then
    # A service that has given up (failed) is started again, too: the new version may be the mend.
    case $(systemctl is-active mailwatch.service 2>/dev/null) in
    active | activating | reloading | failed)
        running=yes
        say "stopping the service"
        systemctl stop mailwatch.service
        ;;
    esac
fi

ln -sfn "$release" "$DESTDIR$PREFIX/current.new"
mv -T "$DESTDIR$PREFIX/current.new" "$DESTDIR$PREFIX/current"
trap - EXIT
mkdir -p "$DESTDIR$BINDIR"
ln -sfn "$PREFIX/current/bin/mailwatch" "$DESTDIR$BINDIR/mailwatch"
put 644 systemd/mailwatch.sysusers /usr/lib/sysusers.d/mailwatch.conf
put 644 systemd/mailwatch.tmpfiles /usr/lib/tmpfiles.d/mailwatch.conf
put_units
put 644 config.example.yaml /etc/mailwatch/config.example.yaml

if [ -n "$DESTDIR" ]; then
    say "put below $DESTDIR; the package's own scripts make the user (systemd-sysusers, systemd-tmpfiles --create)"
    exit 0
fi

make_user
make_folders
if booted; then
    systemctl daemon-reload
fi
bring_data_up "$previous"
forget_old_releases "$previous"
if [ $running = yes ]; then
    say "starting the service"
    systemctl start mailwatch.service || fail "the service does not start; why: journalctl -u mailwatch -n 20"
fi

if [ -n "$previous" ]; then
    say "now $("$BINDIR/mailwatch" --version); the version before it is kept in $previous"
elif [ -e "$CONFIG" ]; then
    say "done; start it: systemctl enable --now mailwatch"
else
    say "done; next, see $PREFIX/current/share/doc/mailwatch/operating.md: write $CONFIG, then: mailwatch check"
fi
