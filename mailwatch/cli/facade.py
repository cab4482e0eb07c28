"""What the command line needs from the house, as protocols: values are read, never built here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    # All of these are types only; at run time ``COMMAND --help`` would wait 200 ms for them.
    from mailwatch.core.filing import Filing
    from mailwatch.core.message import Message
    from mailwatch.errors import Words
    from mailwatch.ports import Archive, Change, Held, Store

Progress = Callable[[str, int, int | None], None]
"""Called with (what, how many done, how many left or None) now and then."""


class Outcome(Protocol):
    """How many mails of one pass came to which end."""

    @property
    def fetched(self) -> int:
        """Mails that were read."""
        ...

    @property
    def filed(self) -> int:
        """Filed under a case."""
        ...

    @property
    def same(self) -> int:
        """Further originals of a message that was known."""
        ...

    @property
    def unfiled(self) -> int:
        """No case mail."""
        ...

    @property
    def unnumbered(self) -> int:
        """From a support desk, without a number."""
        ...

    @property
    def quarantined(self) -> int:
        """Could not be read."""
        ...


class PollReport(Protocol):
    """One pass over all mailboxes."""

    @property
    def outcome(self) -> Outcome:
        """The counts."""
        ...

    @property
    def renamed(self) -> int:
        """Mails that got their standard subject."""
        ...

    @property
    def errors(self) -> Sequence[Words]:
        """What went wrong, a line each, the mailbox named."""
        ...

    @property
    def temporary(self) -> bool:
        """Whether the errors may be gone next time."""
        ...


class RenameRow(Protocol):
    """One rename, planned or done."""

    @property
    def sha256(self) -> str:
        """The original."""
        ...

    @property
    def number(self) -> str:
        """Its case."""
        ...

    @property
    def from_subject(self) -> str:
        """The subject before."""
        ...

    @property
    def to_subject(self) -> str:
        """The subject after."""
        ...

    @property
    def state(self) -> str:
        """Where the plan stands."""
        ...

    @property
    def why(self) -> str | None:
        """Why it ended in aborted or review, or is left alone."""
        ...


class RenderedDigest(Protocol):
    """A digest for one reader."""

    @property
    def subject(self) -> str:
        """The mail's subject."""
        ...

    @property
    def text(self) -> str:
        """The text part."""
        ...

    @property
    def html(self) -> str:
        """The HTML part."""
        ...

    @property
    def content(self) -> Mapping[str, object]:
        """The same as plain values."""
        ...


class SendRow(Protocol):
    """One digest on its way to one reader."""

    @property
    def recipient(self) -> str:
        """The reader's address."""
        ...

    @property
    def state(self) -> str:
        """Where it stands: sent | stored | maybe | failed."""
        ...

    @property
    def why(self) -> Words | str | None:
        """What hindered it."""
        ...


class ReindexReport(Protocol):
    """What a reindex made, and with ``--refile`` where today's rules decide otherwise."""

    @property
    def messages(self) -> int:
        """Originals read."""
        ...

    @property
    def cases(self) -> int:
        """Cases found."""
        ...

    @property
    def changed(self) -> Sequence[Change]:
        """Other decisions than those in the ledger."""
        ...


class CheckRow(Protocol):
    """One line of ``check``. ``ok`` is None for a warning."""

    @property
    def check(self) -> str:
        """What was looked at."""
        ...

    @property
    def ok(self) -> bool | None:
        """Green, red, or yellow."""
        ...

    @property
    def detail(self) -> Words:
        """What was found."""
        ...

    @property
    def mend(self) -> Words:
        """What to do about it; may be empty."""
        ...


class FolderStatus(Protocol):
    """How far one folder has been read."""

    @property
    def mailbox(self) -> str:
        """The mailbox's name."""
        ...

    @property
    def folder(self) -> str:
        """The folder's name."""
        ...

    @property
    def last_good(self) -> datetime | None:
        """The last pass that went well."""
        ...

    @property
    def backfilled(self) -> bool:
        """Whether all older mail that is wanted was read."""
        ...


class Status(Protocol):
    """Whether mail is being watched."""

    @property
    def folders(self) -> Sequence[FolderStatus]:
        """Every folder that was read once."""
        ...

    @property
    def messages(self) -> int:
        """Originals kept."""
        ...

    @property
    def cases(self) -> int:
        """Cases known."""
        ...

    @property
    def quarantined(self) -> int:
        """Mails that could not be read."""
        ...

    @property
    def open_plans(self) -> int:
        """Renames under way."""
        ...

    @property
    def unsent(self) -> int:
        """Digests not sent yet."""
        ...


class VerifyProblem(Protocol):
    """One thing that is not as it was written."""

    @property
    def code(self) -> str:
        """A word that programs may rely on."""
        ...

    @property
    def detail(self) -> Words | str:
        """What exactly."""
        ...


class VerifyReport(Protocol):
    """What re-hashing found."""

    @property
    def ok(self) -> bool:
        """Nothing was changed."""
        ...

    @property
    def complete(self) -> bool:
        """Everything could be looked at."""
        ...

    @property
    def entries(self) -> int:
        """Ledger entries looked at."""
        ...

    @property
    def problems(self) -> Sequence[VerifyProblem]:
        """What was changed or is missing."""
        ...


class App(Protocol):
    """The house, opened."""

    @property
    def store(self) -> Store:
        """The database."""
        ...

    @property
    def archive(self) -> Archive:
        """The originals."""
        ...

    def poll(self, progress: Progress) -> PollReport:
        """One pass over all mailboxes, due renames included."""
        ...

    def import_files(self, paths: Sequence[Path], progress: Progress) -> PollReport:
        """The same for files."""
        ...

    def message(self, sha256: str) -> Message:
        """An original, read anew from the archive."""
        ...

    def file_message(self, ref: str, number: str | None, reason: str | None) -> Filing:
        """A person decides; ``number`` None: it belongs to no case."""
        ...

    def rename(self, *, dry_run: bool, backlog: bool, undo: str | None) -> Sequence[RenameRow]:
        """Carry out, show, or take back renames; ``undo`` is a number or ``--all``."""
        ...

    def digest(self, name: str | None, lang: str | None) -> RenderedDigest:
        """A digest as it would be sent now."""
        ...

    def send_digest(self, name: str | None) -> Sequence[SendRow]:
        """Send a digest to its readers."""
        ...

    def reindex(
        self, *, refile: bool, apply: bool, from_dir: Path | None, rescan: bool, progress: Progress
    ) -> ReindexReport:
        """Rebuild projections."""
        ...

    def quarantine(self, action: str, ref: str | None) -> Sequence[Held]:
        """``list``, ``show`` or ``retry``; what is held afterwards."""
        ...

    def check(self) -> Sequence[CheckRow]:
        """Look at everything that must work."""
        ...

    def status(self) -> Status:
        """How the watching goes."""
        ...

    def verify(self, progress: Progress) -> VerifyReport:
        """Re-hash archive, ledger and texts."""
        ...
