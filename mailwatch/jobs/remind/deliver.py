"""Delivery without SMTP: a digest is put into the INBOX of a watched mailbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mailwatch.errors import ConfigError, MaybeSent, Refused, TemporaryError
from mailwatch.ports import Mailbox

Watched = Mapping[str, Callable[[], Mailbox]]
"""By address, in lower case: how to open the mailbox that we watch for it."""


class MailboxSender:
    """Delivers by APPEND (RFC 3501 6.3.11). Implements ``ports.Sender``."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched

    def send(self, raw: bytes, sender: str, recipient: str) -> None:  # noqa: ARG002 - APPEND has no envelope
        """See ``ports.Sender``. A line that breaks during APPEND leaves it open whether the mail is there.

        Raises:
            Refused: the server said no, as of a full mailbox, and the mail is certainly not there.
        """
        mailbox = self._open(recipient)
        try:
            mailbox.append("INBOX", raw, (), None)
        except (MaybeSent, Refused):
            raise
        except TemporaryError as error:
            raise MaybeSent(
                "the mailbox {address} took the digest but gave no answer; it may have arrived",
                address=recipient,
            ) from error
        finally:
            mailbox.close()

    def _open(self, recipient: str) -> Mailbox:
        opener = self._watched.get(recipient.lower())
        if opener is None:
            raise ConfigError(
                "{address} is no watched mailbox, so nothing can be put into its INBOX; set smtp",
                address=recipient,
            )
        return opener()


def arrived(watched: Watched, recipient: str, message_id: str) -> bool:
    """Whether a mail with this Message-ID lies in the recipient's mailbox. False where we do not watch it."""
    opener = watched.get(recipient.lower())
    if opener is None:
        return False
    mailbox = opener()
    try:
        for folder in mailbox.folders():
            if folder.selectable:
                mailbox.examine(folder.name)
                if mailbox.find(message_id):
                    return True
        return False
    finally:
        mailbox.close()
