#!/bin/bash
# Take the program away. Mail, database, configuration and passwords stay: only their owner may throw them away.
# usage: systemd/uninstall.sh        as root; `make uninstall` calls it. Variables as for install.sh.
set -euo pipefail

DESTDIR=${DESTDIR:+$(realpath -m "$DESTDIR")}
PREFIX=${PREFIX:-/opt/mailwatch}
BINDIR=${BINDIR:-/usr/local/bin}
UNITDIR=/usr/local/lib/systemd/system

say() { echo "mailwatch: $*" >&2; }

if [ -z "$DESTDIR" ] && [ "$(id -u)" -ne 0 ]; then
    say "run as root: sudo make uninstall"
    exit 1
fi
booted() { [ -z "$DESTDIR" ] && [ -d /run/systemd/system ] && command -v systemctl >/dev/null; }

units="mailwatch.service mailwatch-backup.service mailwatch-backup.timer"
for unit in $units; do
    case $unit in
    # A backup that is under way may end; what is to be disabled is its timer.
    mailwatch-backup.service) ;;
    *) if booted && [ -e "$UNITDIR/$unit" ]; then systemctl disable --quiet --now "$unit"; fi ;;
    esac
    rm -f "$DESTDIR$UNITDIR/$unit"
done
rm -f "$DESTDIR$UNITDIR/mailwatch.service.d/backoff.conf"
rmdir "$DESTDIR$UNITDIR/mailwatch.service.d" 2>/dev/null || true
rm -f "$DESTDIR/usr/lib/sysusers.d/mailwatch.conf" "$DESTDIR/usr/lib/tmpfiles.d/mailwatch.conf"
rm -f "$DESTDIR/etc/mailwatch/config.example.yaml"
if [ "$(readlink "$DESTDIR$BINDIR/mailwatch" 2>/dev/null)" = "$PREFIX/current/bin/mailwatch" ]; then
    rm -f "$DESTDIR$BINDIR/mailwatch"
fi
# Only what install.sh has made; PREFIX itself goes when nothing else lies in it.
rm -rf "$DESTDIR$PREFIX/releases"
rm -f "$DESTDIR$PREFIX/current" "$DESTDIR$PREFIX/current.new"
rmdir "$DESTDIR$PREFIX" 2>/dev/null || true
if booted; then
    systemctl daemon-reload
    systemctl reset-failed mailwatch.service mailwatch-backup.service 2>/dev/null || true
fi

say "removed. Kept: /var/lib/mailwatch (mail, database, journals), /etc/mailwatch (configuration, passwords),"
say "/var/log/mailwatch where there is one, and the user mailwatch. To lose them for good:"
say "  rm -r /var/lib/mailwatch /etc/mailwatch /var/log/mailwatch; userdel mailwatch"
