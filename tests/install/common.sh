#!/bin/bash
# What the scripts that run inside the clean Debian share: words for steps, a mail server, a configuration.
set -uo pipefail
export PIP_NO_INDEX=1 PIP_FIND_LINKS=/wheels LC_ALL=C.UTF-8
cd /root/mailwatch

failed=0
holds() { # WHAT COMMAND...
    local what=$1 said
    shift
    if said=$("$@" 2>&1); then
        echo "ok      $what"
    else
        echo "FAILED  $what ($*)"
        [ -z "$said" ] || sed 's/^/          /' <<<"$said"
        failed=$((failed + 1))
    fi
}
refused() { ! "$@"; }
says() { grep -q -- "$1" <<<"$("${@:2}" 2>&1)" || { "${@:2}"; return 1; }; }
within() { # SECONDS COMMAND...
    local end=$((SECONDS + $1))
    until "${@:2}" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || { "${@:2}"; return 1; }
        sleep 0.5
    done
}
mode_is() { [ "$(stat -c '%a %U:%G' "$1")" = "$2" ] || { stat -c '%n: %a %U:%G' "$1"; return 1; }; }
state_is() { [ "$(systemctl is-active mailwatch)" = "$1" ] || { systemctl status --no-pager -n 20 mailwatch; return 1; }; }
nothing_of_root() { [ -z "$(find /var/lib/mailwatch /etc/mailwatch/credentials -mindepth 1 -not -user mailwatch | tee /dev/stderr)" ]; }
step() { echo "── $* ($SECONDS s)"; }

deliver() { # FILE-NAME SUBJECT
    local folder=/srv/mail/kim/Maildir/new
    mkdir -p "$folder"
    printf '%s\r\n' "From: support@microsoft.com" "To: kim@contoso.example" "Date: $(date -R)" \
        "Message-ID: <$1@install.example>" "Subject: $2" "" "A word about it." >"$folder/$1"
    chown -R kim: /srv/mail/kim
}

echo "127.0.0.1 localhost mailwatch-test" >/etc/hosts

# ── a mail server ─────────────────────────────────────────────────────────────
useradd --home-dir /srv/mail/kim kim
cat >/etc/dovecot/local.conf <<'D'
protocols = imap
ssl = no
disable_plaintext_auth = no
mail_location = maildir:/srv/mail/%n/Maildir
passdb {
  driver = static
  args = password=geheim
}
userdb {
  driver = passwd
  override_fields = home=/srv/mail/%n
}
service imap-login {
  inet_listener imap {
    address = 127.0.0.1
  }
}
D
sed -i 's/^!include auth-system/#&/' /etc/dovecot/conf.d/10-auth.conf
sed -i 's/^auth_username_format/#&/' /etc/dovecot/conf.d/10-auth.conf
echo 'auth_username_format = %Ln' >>/etc/dovecot/local.conf
deliver first '[TrackingID#2402220010002574] Mail flow stops'

configure() {
    cat >/etc/mailwatch/config.yaml <<'Y'
data: /var/lib/mailwatch
timezone: Asia/Seoul
language: en
mailboxes:
  - name: support
    address: kim@contoso.example
    imap: {host: 127.0.0.1, port: 143, tls: none}
    password: {credential: support-imap}
    folders: [INBOX]
schemes:
  - {name: helpdesk, pattern: "HD-([0-9]{6})", labels: [ticket], matches: "Ticket HD-004711", rejects: "HD-12"}
log: {file: /var/log/mailwatch/mailwatch.log}
Y
echo geheim | install -m 600 -o mailwatch -g mailwatch /dev/stdin /etc/mailwatch/credentials/support-imap
install -d -o mailwatch -g mailwatch -m 700 /var/log/mailwatch
}

finish() { # NAME
    echo "$failed failed after $SECONDS s"
    [ $failed -ne 0 ] || echo passed >"/out/$1"
    exit $failed
}
