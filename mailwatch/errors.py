"""Every failure says whose fault it is.

Tree::

    MailwatchError
    ├── ConfigError         a person must mend something   exit 2, no traceback
    ├── TemporaryError      the world mends itself, retry  exit 75
    │   ├── MaybeSent       the line broke after the data of a mail was sent
    │   └── Refused         a server said no to one command; the line still stands
    └── UnreadableMessage   one mail cannot be read        that mail goes to quarantine

Foreign exceptions (imaplib, OSError, SQLAlchemy, smtplib ...) are translated
into one of these at the border, in ``mailwatch.adapters``. Anything else that
escapes is a defect of ours and is shown with a traceback.

A message is kept as a template and its values, so that the face that shows it
can say it in the reader's language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence for a person: an English template (the gettext msgid) and its values.

    A value may be a sentence of its own; it is said in the same language.
    """

    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    def say(self, translate: Callable[[str], str] = str) -> str:
        """The sentence, its template run through ``translate`` first."""
        template = translate(self.template) if self.template else ""
        values = {name: v.say(translate) if isinstance(v, Words) else v for name, v in self.values.items()}
        return template.format(**values) if values else template

    def __str__(self) -> str:
        return self.say()


class MailwatchError(Exception):
    """Base of all errors that mailwatch raises on purpose.

    ``message`` is one line for the user: ``template`` with ``values`` filled in
    by ``str.format``. ``mend`` says what to do about it and names the command to
    run where there is one; it sees the same values and may be empty.
    """

    def __init__(self, template: str, *, mend: str = "", **values: object) -> None:
        self.message = Words(template, values)
        self.mend = Words(mend, values)
        super().__init__(str(self.message))


class ConfigError(MailwatchError):
    """The user's part of the world is wrong: config, password, folder, disk permission.

    ``problems`` lists everything found at once, a line each, so that a person
    mends all of it in one go.
    """

    def __init__(
        self, template: str, *, problems: Sequence[Words] = (), mend: str = "", **values: object
    ) -> None:
        super().__init__(template, mend=mend, **values)
        self.problems = tuple(problems)


class TemporaryError(MailwatchError):
    """The outside world is away or busy; the same call may succeed later.

    ``retry_after`` is the delay in seconds that the other side asked for, or
    None where it asked for none.
    """

    def __init__(
        self, template: str, *, mend: str = "", retry_after: float | None = None, **values: object
    ) -> None:
        super().__init__(template, mend=mend, **values)
        self.retry_after = retry_after


class MaybeSent(TemporaryError):
    """A mail was handed over whole, but no answer came: it may or may not have arrived."""


class Refused(TemporaryError):
    """A server said no to one command; the connection still stands and nothing was done.

    ``why`` is one of the words in ``WHY``. IMAP: the response codes OVERQUOTA (RFC 9208),
    TOOBIG and APPENDLIMIT (RFC 4469, 7889), READ-ONLY (RFC 3501), NOPERM (RFC 5530),
    TRYCREATE and NONEXISTENT; ``refused`` where the server gave no code.
    """

    WHY = ("over-quota", "too-big", "read-only", "no-permission", "no-folder", "refused")

    def __init__(self, why: str, template: str, *, mend: str = "", **values: object) -> None:
        super().__init__(template, mend=mend, retry_after=None, **values)
        self.why = why


class UnreadableMessage(MailwatchError):
    """One mail cannot be read. Its bytes are kept; the line goes on with the next mail.

    ``why`` is one of the words in ``WHY``; it enters the ledger, so it never
    carries text of the mail.
    """

    WHY = ("parse-failed", "timeout", "memory", "worker-died", "too-deep", "too-many-parts", "placeholder")

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__("the mail cannot be read ({why})", why=why)
        self.why = why
        self.detail = detail

    def __reduce__(self) -> tuple[type[UnreadableMessage], tuple[str, str]]:
        """Travels between processes."""
        return (UnreadableMessage, (self.why, self.detail))
