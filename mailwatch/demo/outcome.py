"""What became of each mail of the story, asked of the store and of the mail server, not of the program."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from imapclient import IMAPClient

from mailwatch.core.filing import Verdict
from mailwatch.demo.letter import Expect, Letter, message_id
from mailwatch.mime import fields, headers
from mailwatch.ports import Held, Library, MessageRow

_INBOX = ("support", "INBOX")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One letter and what became of it.

    ``row`` is None where the mail was not kept, ``held`` where it could be read.
    ``before`` and ``after`` are the subjects as the mail server shows them.
    """

    letter: Letter
    sha256: str
    row: MessageRow | None
    held: Held | None
    before: str
    after: str

    @property
    def found(self) -> Expect:
        """What happened, in the words of what was expected."""
        renamed = self.before != self.after
        if self.held is not None:
            return Expect(None, renamed=renamed)
        if self.row is None:
            return Expect(Verdict.UNFILED, renamed=renamed)
        filing = self.row.filing
        number = None if filing.number is None else filing.number.canonical
        if filing.sha256 != self.sha256:
            return Expect(Verdict.SAME, number, renamed=renamed)
        related = tuple(other.canonical for other in filing.related)
        return Expect(filing.verdict, number, filing.rule, related, renamed)

    @property
    def as_expected(self) -> bool:
        """Whether the story went as it is told."""
        return self.found == self.letter.expect


def outcomes(
    letters: Sequence[Letter], library: Library, held: Iterable[Held], shown: Mapping[str, str]
) -> tuple[Outcome, ...]:
    """One outcome for each letter. ``shown`` is what ``subjects`` read from the server."""
    rows = _rows(library)
    quarantined = {entry.sha256: entry for entry in held}
    return tuple(_outcome(letter, rows, quarantined, shown) for letter in letters)


def _outcome(
    letter: Letter, rows: Mapping[str, MessageRow], held: Mapping[str, Held], shown: Mapping[str, str]
) -> Outcome:
    sha256 = hashlib.sha256(letter.raw).hexdigest()
    before = subject_of(letter.raw)
    in_inbox = (letter.mailbox, letter.folder) == _INBOX
    after = shown.get(message_id(letter.key), before) if in_inbox else before
    return Outcome(letter, sha256, rows.get(sha256), held.get(sha256), before, after)


def _rows(library: Library) -> dict[str, MessageRow]:
    """Every kept message, by the hash of each of its originals."""
    kept = [row for case in library.cases() for row in library.messages(case.number)]
    kept += library.loose(Verdict.UNNUMBERED.value)
    return {original.sha256: row for row in kept for original in row.originals}


def subjects(port: int, user: str, password: str) -> dict[str, str]:
    """Message-ID to subject of every mail in this user's INBOX, by a connection of our own."""
    client = IMAPClient("127.0.0.1", port=port, ssl=False, timeout=30)
    try:
        client.login(user, password)
        client.select_folder("INBOX", readonly=True)
        found = client.fetch(client.search(["ALL"]), ["BODY.PEEK[HEADER]"])
    finally:
        client.logout()
    raws = [item[b"BODY[HEADER]"] for item in found.values()]
    return {identity: subject_of(raw) for raw in raws if (identity := _identity(raw))}


def _identity(raw: bytes) -> str | None:
    return headers.message_id(fields.split(raw).first(b"message-id"))


def subject_of(raw: bytes) -> str:
    """The decoded subject of a mail."""
    return headers.decode_text(fields.split(raw).first(b"subject") or b"")
