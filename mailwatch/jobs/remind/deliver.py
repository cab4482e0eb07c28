"""Delivery without SMTP: a digest is put into the INBOX of a watched mailbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mailwatch.core.backoff import Backoff, patient_delay
from mailwatch.errors import ConfigError, MailwatchError, MaybeSent, Refused, TemporaryError
from mailwatch.ports import Mailbox, Sender

Watched = Mapping[str, Callable[[], Mailbox]]
"""By address, in lower case: how to open the mailbox that we watch for it."""


class MailboxSender:
    """Delivers by APPEND (RFC 3501 6.3.11). Implements ``ports.Sender``."""

    def __init__(self, watched: Watched) -> None:
        self._watched = watched

    def send(self, raw: bytes, _sender: str, recipient: str, /) -> None:
        """See ``ports.Sender``; APPEND has no envelope that would name a sender.

        A line that breaks during APPEND leaves it open whether the mail is there.

        Raises:
            Refused: the server said no, as of a full mailbox, and the mail is certainly not there.
            TemporaryError: the server cannot be reached, and the mail is certainly not there.
        """
        mailbox = self._open(recipient)
        try:
            # Before there is a line, nothing can have arrived, however often it is tried.
            mailbox.folders()
            self._append(mailbox, raw, recipient)
        finally:
            mailbox.close()

    @staticmethod
    def _append(mailbox: Mailbox, raw: bytes, recipient: str) -> None:
        try:
            mailbox.append("INBOX", raw, (), None)
        except (MaybeSent, Refused):
            raise
        except TemporaryError as error:
            raise MaybeSent(
                "the mailbox {address} took the digest but gave no answer; it may have arrived",
                address=recipient,
            ) from error

    def reaches(self, recipient: str) -> bool:
        """Whether we watch a mailbox of this address."""
        return recipient.lower() in self._watched

    def _open(self, recipient: str) -> Mailbox:
        opener = self._watched.get(recipient.lower())
        if opener is None:
            raise ConfigError(
                "{address} is no watched mailbox, so nothing can be put into its INBOX; set smtp",
                address=recipient,
            )
        return opener()


class OtherWay:
    """Hands over by ``usual``; what that certainly did not take is put into the mailbox that we watch.

    For mail that tells of a way that does not work. Implements ``ports.Sender``. A mailbox that did not
    take it is left alone for a while, and longer where it refused us: whoever asks each minute with a
    wrong password is locked out. ``pulse`` tells the seconds that have passed, ``chance`` a random number
    in [0, 1).
    """

    def __init__(
        self,
        usual: Sender,
        mailboxes: MailboxSender,
        *,
        pulse: Callable[[], float],
        chance: Callable[[], float],
    ) -> None:
        self._usual = usual
        self._mailboxes = mailboxes
        self._pulse = pulse
        self._chance = chance
        self._failed: dict[str, Backoff] = {}
        self._rests: dict[str, float] = {}

    def send(self, raw: bytes, sender: str, recipient: str) -> None:
        """See ``ports.Sender``. Where neither way works, the error is that of the usual one."""
        try:
            self._usual.send(raw, sender, recipient)
        except MaybeSent:
            raise
        except (ConfigError, TemporaryError) as error:
            if not self._mailboxes.reaches(recipient):
                raise
            self._put(raw, sender, recipient, error)

    def _put(self, raw: bytes, sender: str, recipient: str, usual: MailwatchError) -> None:
        if self._pulse() < self._rests.get(recipient, 0.0):
            raise usual
        try:
            self._mailboxes.send(raw, sender, recipient)
        except MaybeSent:
            raise
        except (ConfigError, TemporaryError) as error:
            self._rest(recipient, error)
            raise usual from None
        self._failed.pop(recipient, None)

    def _rest(self, recipient: str, error: MailwatchError) -> None:
        failed = self._failed[recipient] = self._failed.get(recipient, Backoff()).failed()
        chance = self._chance()
        wait = failed.delay(chance) if isinstance(error, TemporaryError) else patient_delay(chance)
        self._rests[recipient] = self._pulse() + wait


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
