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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from gettext import NullTranslations

ENGLISH = NullTranslations()
"""The language that the sentences are written in."""


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence for a person: an English template (the gettext msgid) and its values.

    A value may be a sentence of its own; it is said in the same language. ``plural``
    is the template for any other count ``n`` than one (msgid_plural); see ``counted``.
    """

    template: str
    values: Mapping[str, object] = field(default_factory=dict)
    plural: str = field(default="", kw_only=True)
    n: int = field(default=1, kw_only=True)

    def say(self, language: NullTranslations = ENGLISH) -> str:
        """The sentence in ``language``, a catalogue of gettext."""
        template = self._template(language)
        values = {name: v.say(language) if isinstance(v, Words) else v for name, v in self.values.items()}
        return template.format(**values) if values else template

    def _template(self, language: NullTranslations) -> str:
        if self.plural:
            return language.ngettext(self.template, self.plural, self.n)
        # The msgid "" is the header of a catalogue.
        return language.gettext(self.template) if self.template else ""

    def __str__(self) -> str:
        return self.say()


def counted(one: str, many: str, n: int, **values: object) -> Words:
    """Words about a count, which both templates know as ``{n}``: ``counted("{n} mail", "{n} mails", 3)``.

    A sentence with several counts holds several of these as its values.
    """
    return Words(one, {**values, "n": n}, plural=many, n=n)


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
