"""A mailbox over IMAP (RFC 3501): the adapter behind ``ports.Mailbox``."""

from mailwatch.adapters.imap.account import ImapAccount as ImapAccount
from mailwatch.adapters.imap.account import Tls as Tls
from mailwatch.adapters.imap.mailbox import ImapMailbox as ImapMailbox
from mailwatch.adapters.imap.probe import Probed as Probed
from mailwatch.adapters.imap.probe import probe_connection as probe_connection
