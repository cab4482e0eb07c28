#!/bin/bash
# What tests/install/run.sh runs in a clean Debian with a running systemd. Each line says what must hold.
. "$(dirname "$0")/common.sh"
systemctl restart dovecot

step install
tree=$(find . | sort)
holds "make install succeeds" make install
holds "the source is as it was" test "$(find . | sort)" = "$tree"
holds "the command is there" says "mailwatch, version" mailwatch --version
holds "the unit passes systemd-analyze verify" bash -c '[ -z "$(systemd-analyze verify mailwatch.service 2>&1 | tee /dev/stderr)" ]'
holds "exposure is 1.5 at most" systemd-analyze security --no-pager --threshold=15 mailwatch.service
holds "the data folder is the user's alone" mode_is /var/lib/mailwatch "700 mailwatch:mailwatch"
holds "the credentials are for root and the user" mode_is /etc/mailwatch/credentials "750 root:mailwatch"
holds "an example lies beside the configuration" test -r /etc/mailwatch/config.example.yaml
holds "no configuration is made up" refused test -e /etc/mailwatch/config.yaml
holds "the service is not started" refused systemctl is-active --quiet mailwatch
holds "nothing in the program belongs to the user" test -z "$(find /opt/mailwatch -user mailwatch)"

step "configuration and credentials"
configure
holds "check is green" mailwatch check
holds "sudo mailwatch works as well" sudo mailwatch check
holds "what root has called left nothing of root" nothing_of_root
holds "another user is told in one line" says "belongs to mailwatch" setpriv --reuid=kim --regid=kim --clear-groups mailwatch cases

step "the work itself, within the unit's bounds"
mkdir -p /run/systemd/system/mailwatch-once.service.d
cp /usr/local/lib/systemd/system/mailwatch.service /run/systemd/system/mailwatch-once.service
cat >/run/systemd/system/mailwatch-once.service.d/once.conf <<'U'
[Service]
Type=oneshot
Restart=no
WatchdogSec=0
ExecReload=
ExecStart=
ExecStart=/opt/mailwatch/current/bin/mailwatch --config /etc/mailwatch/config.yaml poll
ExecStart=/opt/mailwatch/current/bin/mailwatch --config /etc/mailwatch/config.yaml verify
# The whole of mailwatch, mail servers in Python included: workers, rename, digest, SMTP.
ExecStart=/opt/mailwatch/current/bin/mailwatch demo --folder /tmp/demo
U
systemctl daemon-reload
mv /etc/mailwatch/credentials/support-imap /etc/mailwatch/credentials/aside
holds "without its credential a pass fails" refused systemctl start mailwatch-once
mv /etc/mailwatch/credentials/aside /etc/mailwatch/credentials/support-imap
chown root:root /etc/mailwatch/credentials/support-imap
holds "with a credential that systemd alone can read it succeeds" systemctl start mailwatch-once
chown mailwatch:mailwatch /etc/mailwatch/credentials/support-imap
holds "the mail is filed" says 2402220010002574 mailwatch cases

another_than() { # PID
    local now
    now=$(systemctl show -P MainPID mailwatch)
    [ "$now" -gt 0 ] && [ "$now" -ne "$1" ] && systemctl is-active --quiet mailwatch
}

run_service() {
    step "the service"
    holds "it starts" systemctl enable --now mailwatch
    holds "it is ready" state_is active
    local pid
    pid=$(systemctl show -P MainPID mailwatch)
    holds "systemd has handed over its credential" test -e /run/credentials/mailwatch.service/mailwatch_support-imap
    holds "its system calls are filtered" grep -qE '^Seccomp:\s+2$' "/proc/$pid/status"
    holds "it can gain no rights" grep -qE '^NoNewPrivs:\s+1$' "/proc/$pid/status"
    holds "it has no capability to gain" grep -qE '^CapBnd:\s+0+$' "/proc/$pid/status"
    holds "it lives among users of its own" test "$(readlink "/proc/$pid/ns/user")" != "$(readlink /proc/1/ns/user)"
    holds "it cannot write beside its folders" refused nsenter -t "$pid" -m -- touch /opt/mailwatch/x /etc/mailwatch/x
    deliver second '[TrackingID#2402220010009999] Another one'
    holds "new mail is filed" within 150 says 2402220010009999 mailwatch cases
    holds "commands beside it leave nothing of root" nothing_of_root
    echo "        resident, workers aside: $(awk '/^VmRSS/ { print $2 }' "/proc/$pid/status") kB"
    holds "it takes a reload" systemctl reload mailwatch
    sleep 2
    cp /etc/mailwatch/config.yaml /root/good.yaml
    echo 'nonsense: [' >>/etc/mailwatch/config.yaml
    systemctl reload mailwatch
    sleep 2
    holds "a broken configuration does not end it" state_is active
    systemctl restart mailwatch
    holds "with a broken configuration it does not start" within 20 state_is failed
    sleep 3
    holds "and does not try for ever" test "$(systemctl show -P NRestarts mailwatch)" = 0
    cp /root/good.yaml /etc/mailwatch/config.yaml
    holds "mended, it starts" systemctl start mailwatch
    mkdir -p /run/systemd/system/mailwatch.service.d
    printf '%s\n' '[Service]' RestartSec=1 WatchdogSec=15 TimeoutAbortSec=2 \
        >/run/systemd/system/mailwatch.service.d/impatient.conf
    systemctl daemon-reload
    systemctl restart mailwatch
    local before
    before=$(systemctl show -P MainPID mailwatch)
    kill -KILL "$before"
    holds "killed, it comes back" within 60 another_than "$before"
    before=$(systemctl show -P MainPID mailwatch)
    kill -STOP "$before"
    holds "frozen, it is replaced" within 60 another_than "$before"
    rm -r /run/systemd/system/mailwatch.service.d
    systemctl daemon-reload
    holds "no traceback in the journal" bash -c '! journalctl -u mailwatch | grep -B2 -A20 Traceback'
    systemctl status --no-pager -n 30 mailwatch
}
if mailwatch run --help >/dev/null 2>&1; then
    run_service
else
    echo "left out: the service, for there is no mailwatch run"
fi

step upgrade
was=$(systemctl is-active mailwatch)
first=$(readlink /opt/mailwatch/current)
sleep 1
holds "make install again succeeds" make install
holds "another release is in use" test "$(readlink /opt/mailwatch/current)" != "$first"
holds "the one before it is kept" test -x "$first/bin/mailwatch"
holds "the service is as it was ($was)" state_is "$was"
holds "and again" make install
holds "two releases are kept" test "$(ls /opt/mailwatch/releases | wc -l)" = 2
holds "the configuration is as it was" grep -q "kim@contoso.example" /etc/mailwatch/config.yaml
holds "the case is still there" says 2402220010002574 mailwatch cases
holds "a Python that is too old, or none, changes nothing" refused make install PYTHON=/bin/false
sed -i 's/^alembic==/alembic==0.0.0.dev0+nothing/' requirements.lock
current=$(readlink /opt/mailwatch/current)
holds "an install that fails" refused make install
holds "leaves the release in use" test "$(readlink /opt/mailwatch/current)" = "$current"
holds "and no half one" test "$(ls /opt/mailwatch/releases | wc -l)" = 2
holds "and the service as it was" state_is "$was"

step uninstall
holds "make uninstall says what it keeps" says "Kept: /var/lib/mailwatch" make uninstall
holds "the command is gone" refused test -e /usr/local/bin/mailwatch
holds "the program is gone" refused test -e /opt/mailwatch
holds "the unit is gone" refused systemctl cat mailwatch
holds "the data is kept" test -s /var/lib/mailwatch/mailwatch.db
holds "the configuration is kept" test -s /etc/mailwatch/config.yaml
holds "the password is kept" test -s /etc/mailwatch/credentials/support-imap
holds "uninstalling twice is no error" make uninstall

step "backup while the service runs"
sed -i 's/^alembic==0.0.0.dev0+nothing/alembic==/' requirements.lock
holds "it can be installed again" make install
holds "the service runs again, over the data that was kept" systemctl enable --now mailwatch
deliver third '[TrackingID#2402220010007777] Before the backup'
holds "and files new mail" within 150 says 2402220010007777 mailwatch cases
for unit in mailwatch-backup.service mailwatch-backup.timer; do
    holds "$unit passes systemd-analyze verify" bash -c "[ -z \"\$(systemd-analyze verify $unit 2>&1 | tee /dev/stderr)\" ]"
done
holds "its exposure is 1.5 at most" systemd-analyze security --no-pager --threshold=15 mailwatch-backup.service
holds "installing has enabled nothing" refused systemctl is-enabled --quiet mailwatch-backup.timer
holds "without its folder it fails in one line" refused systemctl start mailwatch-backup.service
install -d -o mailwatch -g mailwatch -m 700 /var/backups/mailwatch /srv/backup
holds "the timer can be enabled" systemctl enable --now mailwatch-backup.timer
holds "and knows its next night" says UTC systemctl list-timers --no-pager mailwatch-backup.timer
holds "the backup is made" systemctl start mailwatch-backup.service
holds "it is whole" bash -c 'test -s /var/backups/mailwatch/backup.json && ! test -e /var/backups/mailwatch/unfinished'
holds "the originals are copies, which a broken disk does not take along" \
    test -z "$(find /var/backups/mailwatch -name '*.eml' -links +1)"
mkdir -p /etc/systemd/system/mailwatch-backup.service.d
printf '%s\n' '[Service]' Environment=BACKUP=/srv/backup ReadWritePaths=/srv/backup \
    >/etc/systemd/system/mailwatch-backup.service.d/folder.conf
systemctl daemon-reload
holds "a drop-in names another folder" systemctl start mailwatch-backup.service
holds "which holds a backup then" test -s /srv/backup/backup.json
holds "a second one brings what is new" systemctl start mailwatch-backup.service
holds "the service went on meanwhile" state_is active
holds "sudo mailwatch backup does the same by hand" sudo mailwatch backup /srv/backup
holds "and leaves nothing of root" nothing_of_root

told() { # everything that a user sees of the cases
    mailwatch cases --json
    for number in $(mailwatch cases --json | python3 -c 'import json, sys; [print(c["number"]) for c in json.load(sys.stdin)]'); do
        mailwatch show "$number" --json
    done
}

step "destroy and restore"
systemctl stop mailwatch
mailwatch backup /srv/backup >/dev/null
before=$(told)
cp -a /var/lib/mailwatch /root/everything
rm -rf /var/lib/mailwatch/* /var/lib/mailwatch/.[!.]*
holds "a folder without a ledger is refused" refused mailwatch reindex --from /srv/mail
touch /srv/backup/unfinished
holds "an unfinished backup is refused" refused mailwatch reindex --from /srv/backup
rm /srv/backup/unfinished
holds "one command brings everything back" mailwatch reindex --from /srv/backup
holds "cases and mails are told as before" test "$(told)" = "$before"
holds "and nothing was changed" mailwatch verify
holds "and nothing of root" nothing_of_root
holds "what is in use is not overwritten" refused mailwatch reindex --from /srv/backup
holds "the mailbox is read again" mailwatch poll
holds "and nothing is filed twice" test "$(told)" = "$before"
rm -rf /var/lib/mailwatch/mailwatch.db*
holds "the database alone comes back from what lies beside it" mailwatch reindex --from /var/lib/mailwatch
holds "and tells the same" test "$(told)" = "$before"
rm -rf /var/lib/mailwatch/*
cp -a /root/everything/. /var/lib/mailwatch/
holds "a copy of everything is everything" mailwatch verify
holds "and tells the same, too" test "$(told)" = "$before"
holds "the service goes on with it" systemctl start mailwatch
deliver fourth '[TrackingID#2402220010008888] After the restore'
holds "and files new mail" within 150 says 2402220010008888 mailwatch cases

step "uninstall, with the backup's timer"
holds "make uninstall succeeds" make uninstall
holds "timer and service of the backup are gone" refused systemctl cat mailwatch-backup.timer mailwatch-backup.service
holds "the backups are kept" test -s /srv/backup/backup.json -a -s /var/backups/mailwatch/backup.json

finish with-systemd
