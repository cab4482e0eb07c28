"""What is known of conversations, and the mail that a person names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.conversation import Node
from mailwatch.core.filing import Filing
from mailwatch.ports.desk import Sighting


class Trees(Protocol):
    """Reply trees as ``decide`` needs them."""

    def load(self, keys: frozenset[str]) -> tuple[Node, ...]:
        """Every node, kept or sighted, of the trees that any of these msg-ids or thread keys stands in."""
        ...

    def filings(self, sha256s: Sequence[str]) -> Mapping[str, Filing]:
        """The newest filing of each."""
        ...

    def known(self, numbers: frozenset[CaseNumber]) -> frozenset[CaseNumber]:
        """Those of ``numbers`` under which a mail is filed, or was until a person merged the case."""
        ...

    def filed(self, number: CaseNumber) -> frozenset[str]:
        """Thread keys of the mails that are filed under ``number``, or were until it was merged."""
        ...

    def pins(self, sha256s: Sequence[str]) -> Mapping[str, int]:
        """Of each that a person filed, the ledger entry that says so."""
        ...

    def naming(self, numbers: frozenset[CaseNumber]) -> frozenset[str]:
        """Thread keys of the mails that name one of ``numbers``: originals, and sightings in brackets."""
        ...

    def kept(self, sha256s: frozenset[str]) -> frozenset[str]:
        """Those that are originals already."""
        ...

    def digest(self, message_id: str) -> str | None:
        """SHA-256 of the body of the digest of ours with this Message-ID, or None."""
        ...


class Finder(Protocol):
    """Finds the mail that a person names: a sha256 prefix of at least 8 digits, or a Message-ID."""

    def originals(self, ref: str) -> tuple[str, ...]:
        """The sha256 of every original that ``ref`` fits."""
        ...

    def sightings(self, ref: str) -> tuple[Sighting, ...]:
        """The sightings that ``ref`` fits."""
        ...

    def thread_keys(self, sha256s: Sequence[str]) -> frozenset[str]:
        """The thread keys of these originals, to load their trees by."""
        ...
