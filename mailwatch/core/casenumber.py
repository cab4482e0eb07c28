"""Case numbers and the schemes they come in.

A scheme answers: how are my numbers written, is this run of digits a valid one,
what is its canonical form, and by which token does the vendor know it in a
subject. The built-in schemes stand in ``mailwatch.core.schemes``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True, order=True)
class CaseNumber:
    """A case: the scheme's name and the canonical form. Two spellings of one case are equal.

    ``canonical`` is what people type and what the database keys on, e.g.
    ``2402220010002574`` (tracking-id), ``SRX1318598611`` (srx).
    """

    scheme: str
    canonical: str

    def __str__(self) -> str:
        return self.canonical


class Form(StrEnum):
    """How a number was written, strongest first."""

    BRACKET = "bracket"  # at the very start of a subject, exactly a token in brackets
    TOKEN = "token"  # prefix and number
    LABEL = "label"  # a label word before the number
    BARE = "bare"  # digits alone


class Counts(StrEnum):
    """From whom a form counts."""

    ANYONE = "anyone"
    TRUSTED = "trusted"
    NOBODY = "nobody"


class Match(Protocol):
    """What ``re.Match`` and google-re2's match object have in common, as far as it is used."""

    def start(self) -> int:
        """Offset of the match."""
        ...

    def end(self) -> int:
        """Offset behind the match."""
        ...

    def group(self, group: int = 0, /) -> str | None:
        """The whole match (0) or a group."""
        ...

    def groups(self) -> tuple[str | None, ...]:
        """All groups, without the whole match."""
        ...


class Matcher(Protocol):
    """A compiled pattern: ``re.Pattern`` or google-re2's."""

    def finditer(self, text: str, /) -> Iterable[Match]:
        """All matches in ``text``, from left to right."""
        ...


@dataclass(frozen=True, slots=True)
class Digits:
    r"""How a built-in number is written. Digits are found first, then these look around them.

    ``prefix`` is searched in the text before the digits and must end in ``\Z``;
    ``suffix`` is matched behind them. ``lengths`` maps the number of digits
    behind a prefix to how many of them make the number (19 digits are 16 and a
    task); ``labelled`` does so behind a label, ``bare`` for digits alone.
    ``check`` takes digits, how they are written, and the last day that the date
    inside may name; it says why they are no such number, or nothing. ``spell``
    makes the canonical form of prefix and digits. ``tight`` refuses a letter
    directly behind a number with its prefix.
    """

    prefix: re.Pattern[str] | None
    lengths: Mapping[int, int]
    labelled: Mapping[int, int]
    bare: Mapping[int, int]
    check: Callable[[str, Form, date | None], str]
    spell: Callable[[str, str], str]
    suffix: re.Pattern[str] | None = None
    tight: bool = True


@dataclass(frozen=True, slots=True)
class Written:
    """How a user's number is written: a pattern, and labels where it needs one before it."""

    matcher: Matcher
    labels: re.Pattern[str] | None
    canonical: str
    token: str


@dataclass(frozen=True, slots=True)
class Scheme:
    """One kind of case number.

    ``official`` gives the tokens that a canonical form has, the plainest last.
    ``label_from`` and ``bare_from`` say from whom these forms count; a number
    with its prefix counts from anyone, unless ``token_from`` says otherwise.
    ``source`` names where the form was read.
    """

    name: str
    written: Digits | Written
    official: Callable[[str], tuple[str, ...]]
    label_from: Counts
    bare_from: Counts
    token_from: Counts = Counts.ANYONE
    enabled: bool = True
    source: str = ""

    def tokens(self, canonical: str, forms_seen: Iterable[str] = ()) -> tuple[str, ...]:
        """The official forms of a case, best first: those seen, in that order, then the plain one."""
        if isinstance(self.written, Written):
            return _user_tokens(self.written, canonical, forms_seen)
        known = self.official(canonical)
        return (*(form for form in forms_seen if form in known), known[-1])


def user_scheme(
    name: str,
    matcher: Matcher,
    *,
    labels: Iterable[str] = (),
    canonical: str | None = None,
    token: str | None = None,
    counts_from: Counts = Counts.ANYONE,
) -> Scheme:
    r"""A scheme that a user has written into the configuration.

    Args:
        name: enters the ledger and stays; unlike any built-in name.
        matcher: the compiled pattern (``re`` or google-re2) of a whole number as it
            is written. It runs over normalised text: NFKC, no zero-width characters.
        labels: words that stand before the number, whole words where they are
            ASCII, in any case. With labels, a match counts only behind one of them.
        canonical: template of the form the case is known by. ``{0}`` is the whole
            match, ``{1}`` to ``{9}`` its groups. Default ``{0}``.
        token: the same for the token in the subject. Default: the canonical form.
            It is made from a form of the number in which the pattern matches.
        counts_from: from whom a match counts.
    """
    words = tuple(labels)
    canonical = canonical or "{0}"
    return Scheme(
        name=name,
        written=Written(matcher, _labels(words) if words else None, canonical, token or canonical),
        official=_as_it_is,
        label_from=counts_from,
        bare_from=Counts.NOBODY,
        token_from=counts_from,
    )


def _as_it_is(canonical: str) -> tuple[str, ...]:
    return (canonical,)


def _labels(words: Iterable[str]) -> re.Pattern[str]:
    """Words at the end of a text, then at most 12 separators."""
    every = "|".join(
        (r"(?<![A-Za-z0-9])" if word[0].isascii() else "") + re.escape(word) for word in words if word
    )
    return re.compile(rf"(?:{every})[\s\W_]{{0,12}}\Z", re.IGNORECASE)


_GROUP = re.compile(r"\{([0-9])\}")


def expand(template: str, match: Match) -> str:
    """``template`` with ``{0}`` the whole match, ``{1}`` to ``{9}`` its groups; none is empty."""
    parts = (match.group(0), *match.groups())

    def part(found: re.Match[str]) -> str:
        index = int(found[1])
        return (parts[index] or "") if index < len(parts) else ""

    return _GROUP.sub(part, template)


def _user_tokens(written: Written, canonical: str, forms_seen: Iterable[str]) -> tuple[str, ...]:
    made = [
        expand(written.token, match)
        for form in (*forms_seen, canonical)
        for match in written.matcher.finditer(form)
        if expand(written.canonical, match) == canonical
    ]
    return (*dict.fromkeys(token for token in made if token), canonical)
