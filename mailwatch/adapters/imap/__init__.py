"""IMAP4rev1 mailboxes (RFC 3501) behind the mailbox ports."""
