#!/bin/bash
# Install Debian packages where root or passwordless sudo allows it; else say in one line what is left out.
# usage: tests/tools/debian.sh PACKAGE...       always exits 0: what is missing is told, and skipped later
set -euo pipefail

installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

missing=()
for package in "$@"; do
    installed "$package" || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

left_out() {
    echo "mailwatch: left out: ${missing[*]} ($1; by hand: apt install ${missing[*]})" >&2
    exit 0
}

command -v apt-get >/dev/null || left_out "this is no Debian or Ubuntu"
if [ "$(id -u)" -eq 0 ]; then
    root=(env DEBIAN_FRONTEND=noninteractive)
elif sudo -n true 2>/dev/null; then
    root=(sudo -n env DEBIAN_FRONTEND=noninteractive)
else
    left_out "that needs root or sudo without a password"
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() { "${root[@]}" apt-get -qq -y --no-install-recommends "$@" >"$log" 2>&1; }

# The tests start Dovecot themselves, on loopback; a mail server that is open to the world is not wanted.
units=()
if [[ " ${missing[*]} " == *" dovecot-imapd "* ]] && [ -d /run/systemd/system ] && ! installed dovecot-core; then
    units=(dovecot.service dovecot.socket)
    "${root[@]}" systemctl mask "${units[@]}" >/dev/null 2>&1 || true
fi
# Nor is a database server that nobody asked for; the tests start their own.
if [[ " ${missing[*]} " == *" postgresql "* ]] && [ -d /run/systemd/system ]; then
    units+=(postgresql.service)
    "${root[@]}" systemctl mask postgresql.service >/dev/null 2>&1 || true
fi
echo "mailwatch: installing ${missing[*]} through apt (once)" >&2
done=yes
# The lists of a fresh machine are old or empty, so a failure is worth one update.
apt install "${missing[@]}" || { apt update && apt install "${missing[@]}"; } || done=no
if [ ${#units[@]} -gt 0 ]; then
    "${root[@]}" systemctl unmask "${units[@]}" >/dev/null 2>&1 || true
    "${root[@]}" systemctl disable "${units[@]}" >/dev/null 2>&1 || true
fi
[ $done = yes ] || left_out "apt failed: $(tail -n 1 "$log")"
