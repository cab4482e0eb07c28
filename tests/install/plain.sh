#!/bin/bash
# The same Debian without systemd, as on a NAS or in a container: user and folders without its tools, and
# `mailwatch run` as process 1.
. "$(dirname "$0")/common.sh"
rm -f /usr/bin/systemd-sysusers /usr/bin/systemd-tmpfiles /usr/bin/systemctl
dovecot
# The container has a word for systemd outside; a NAS has none.
unset NOTIFY_SOCKET

step install
holds "make install succeeds" make install
holds "the data folder is the user's alone" mode_is /var/lib/mailwatch "700 mailwatch:mailwatch"
holds "the credentials are for root and the user" mode_is /etc/mailwatch/credentials "750 root:mailwatch"
configure
holds "check is green" mailwatch check

step "the daemon as process 1"
export MAILWATCH_CONFIG=/etc/mailwatch/config.yaml
unshare --pid --fork --mount-proc --kill-child setpriv --reuid=mailwatch --regid=mailwatch --clear-groups \
    /usr/local/bin/mailwatch --config /etc/mailwatch/config.yaml run 2>/root/log &
outside=$!
holds "mail is filed" within 60 says 2402220010002574 mailwatch cases
read -r daemon <"/proc/$outside/task/$outside/children"
echo 'nonsense: [' >>/etc/mailwatch/config.yaml
kill -HUP "$daemon"
holds "a broken configuration is told" within 20 grep -q reload-refused /root/log
holds "and does not end it" kill -0 "$daemon"
configure
kill -HUP "$daemon"
holds "a good one is taken" within 20 grep -q "event=reload " /root/log
deliver second '[TrackingID#2402220010009999] Another one'
holds "new mail is filed" within 150 says 2402220010009999 mailwatch cases
asked=$SECONDS
kill -TERM "$daemon"
wait $outside
holds "SIGTERM ends it with exit code 0" test $? = 0
holds "within 6 seconds" test $((SECONDS - asked)) -le 6
holds "no traceback in the log" refused grep -A20 Traceback /root/log
holds "nothing of root" nothing_of_root
sed 's/^/          /' /root/log

step uninstall
holds "make uninstall succeeds" make uninstall
holds "the data is kept" test -s /var/lib/mailwatch/mailwatch.db
finish without-systemd
