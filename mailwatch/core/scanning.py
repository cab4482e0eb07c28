"""Find what may be case numbers in one text.

Runs of digits are found first and their surroundings looked at after, within a
fixed window: the work is linear in the length of the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import merge
from itertools import islice
from operator import attrgetter

from mailwatch.core.casenumber import CaseNumber, Counts, Digits, Form, Match, Scheme, Written, expand
from mailwatch.core.digit_runs import MOST_RUNS, Run, runs
from mailwatch.core.labels import WINDOW, label_start
from mailwatch.core.plaintext import Plain, no_break_groups

LONGEST_FORM = 64
"""A canonical form of a user's scheme that is longer, in code points, is refused."""

MOST_MATCHES = 200
"""Of one user's scheme in one text; a pattern that matches everywhere is no number."""

_PREFIX_WINDOW = 24
"""No prefix is longer, in code points, the blanks in it included."""

# What stands directly before or behind digits and makes them part of a longer
# word, of an address, of an encoded text, or of a number with a point in it.
_PART_BEFORE = re.compile(r"(?:[A-Za-z_=&%+]|[0-9][.,/:-])\Z")
_PART_BEHIND = re.compile(r"[A-Za-z_=%+]|[.,/:-][0-9]")
_LETTER = re.compile(r"[A-Za-z_]")
_LONG = 15
_CARD = 16
"""Numbers with so many digits behind a label stand by themselves; shorter ones must not go on."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that looks like a number, or by ``why`` is none.

    ``start`` and ``end`` are offsets in the normalised text; ``outer`` is where
    the label before it starts, else ``start``. ``counts`` says from whom it counts.
    """

    start: int
    end: int
    form: Form
    number: CaseNumber | None = None
    alias: str = ""
    counts: Counts = Counts.ANYONE
    outer: int = -1
    why: str = ""


def scan(
    plain: Plain, schemes: Sequence[Scheme], last_day: date | None, budget: Iterator[int] | None = None
) -> Iterator[Candidate]:
    """All candidates of ``plain`` in reading order.

    Each run of digits takes one from ``budget``; where it is used up, a candidate
    ``too-many`` says so and is the last of the built-in schemes. None: a text of its own.

    What a user's scheme has found is left to it: digits in there are no number
    of a built-in scheme, unless their prefix says so.
    """
    users = sorted(
        (
            found
            for scheme in schemes
            if isinstance(scheme.written, Written)
            for found in _user_candidates(plain.text, scheme, scheme.written)
        ),
        key=attrgetter("start"),
    )
    found = runs(plain.text, iter(range(MOST_RUNS)) if budget is None else budget)
    return merge(users, _built_in(plain, found, schemes, last_day, users), key=attrgetter("start"))


# ── schemes that users write ──────────────────────────────────────────────────


def _user_candidates(text: str, scheme: Scheme, written: Written) -> Iterator[Candidate]:
    for match in islice(written.matcher.finditer(text), MOST_MATCHES):
        if match.end() > match.start():
            yield _user_candidate(text, scheme, written, match)


def _user_candidate(text: str, scheme: Scheme, written: Written, match: Match) -> Candidate:
    start, end = match.start(), match.end()
    canonical = expand(written.canonical, match)
    if not (0 < len(canonical) <= LONGEST_FORM and canonical.isprintable() and end - start <= LONGEST_FORM):
        return Candidate(start, end, Form.TOKEN, outer=start, why="form")
    number = CaseNumber(scheme.name, canonical)
    alias = text[start:end]
    if written.labels is None:
        return Candidate(start, end, Form.TOKEN, number, alias, scheme.token_from, _label_before(text, start))
    label = written.labels.search(text, max(0, start - WINDOW), start)
    if label is None:
        return Candidate(start, end, Form.BARE, number, alias, scheme.bare_from, start)
    return Candidate(start, end, Form.LABEL, number, alias, scheme.label_from, label.start())


# ── built-in schemes ──────────────────────────────────────────────────────────


def _built_in(
    plain: Plain,
    digits: Iterator[re.Match[str] | None],
    schemes: Sequence[Scheme],
    last_day: date | None,
    users: Sequence[Candidate],
) -> Iterator[Candidate]:
    built_in = tuple((s, s.written) for s in schemes if isinstance(s.written, Digits))
    if not built_in:
        return
    for match in digits:
        if match is None:
            # Behind everything that was read, so that the order holds.
            yield Candidate(len(plain.text), len(plain.text), Form.BARE, why="too-many")
            return
        run = Run(plain.text, match.start(), match.end())
        if match[1] or no_break_groups(plain, run.start, run.end) == [4, 4, 4, 4]:
            yield _refused(run, "card")
            continue
        found = _judge(run, built_in, last_day)
        if found is not None and (found.form is Form.TOKEN or not _taken(users, run)):
            yield found


def _taken(users: Sequence[Candidate], run: Run) -> bool:
    """Whether a user's scheme has read these digits. ``users`` are sorted by start."""
    at = bisect_right(users, run.start, key=attrgetter("start"))
    near = users[max(0, at - 1) : at + 1]
    return any(user.start < run.end and run.start < user.end for user in near)


_BuiltIn = Sequence[tuple[Scheme, Digits]]


def _judge(run: Run, schemes: _BuiltIn, last_day: date | None) -> Candidate | None:
    """The scheme whose number these digits are, strongest form first; or why they are none."""
    prefixed = [c for s, w in schemes if (c := _behind_prefix(run, s, w, last_day))]
    good = next((c for c in prefixed if not c.why), None)
    if good:
        return good
    plain = _without_prefix(run, schemes, last_day)
    if plain and not plain.why and plain.counts is not Counts.NOBODY:
        return plain
    return prefixed[0] if prefixed else plain


def _refused(run: Run, why: str, form: Form = Form.BARE, start: int | None = None) -> Candidate:
    start = run.start if start is None else start
    return Candidate(start, run.end, form, outer=start, why=why)


def _behind_prefix(run: Run, scheme: Scheme, written: Digits, last_day: date | None) -> Candidate | None:
    prefix = run.before(written.prefix, _PREFIX_WINDOW) if written.prefix else None
    if prefix is None:
        return None
    kept = written.lengths.get(run.end - run.start)
    if kept is None:
        return _refused(run, "wrong-length", Form.TOKEN, prefix.start())
    suffix = run.behind(written.suffix) if written.suffix else None
    if suffix is None and written.tight and run.behind(_LETTER):
        return _refused(run, "neighbour", Form.TOKEN, prefix.start())
    digits = run.digits
    why = written.check(digits[:kept], Form.TOKEN, last_day)
    if why:
        return _refused(run, why, Form.TOKEN, prefix.start())
    canonical = written.spell(prefix[0], digits[:kept])
    form = scheme.official(canonical)[-1] + (suffix[0].upper() if suffix else "")
    return Candidate(
        start=prefix.start(),
        end=suffix.end() if suffix else run.end,
        form=Form.TOKEN,
        number=CaseNumber(scheme.name, canonical),
        alias=form if kept == len(digits) else digits,
        counts=scheme.token_from,
        outer=_label_before(run.text, prefix.start()),
    )


def _label_before(text: str, start: int) -> int:
    """Where the label before ``start`` begins, else ``start``."""
    label = label_start(text, start)
    return start if label is None else label


def _without_prefix(run: Run, schemes: _BuiltIn, last_day: date | None) -> Candidate | None:
    length = run.end - run.start
    for scheme, written in schemes:
        if length in written.labelled:
            label = label_start(run.text, run.start)
            if label is not None:
                return _labelled(run, scheme, written, label, last_day)
            return _bare(run, scheme, written, last_day)
    return None


def _labelled(run: Run, scheme: Scheme, written: Digits, label: int, last_day: date | None) -> Candidate:
    digits = run.digits[: written.labelled[run.end - run.start]]
    part = run.behind(_LETTER if len(digits) >= _LONG else _PART_BEHIND)
    why = "neighbour" if part else written.check(digits, Form.LABEL, last_day)
    if why:
        return _refused(run, why, Form.LABEL)
    number = CaseNumber(scheme.name, written.spell("", digits))
    return Candidate(run.start, run.end, Form.LABEL, number, run.digits, scheme.label_from, label)


def _bare(run: Run, scheme: Scheme, written: Digits, last_day: date | None) -> Candidate | None:
    """Digits alone. Those that would count from nobody are shown only if they could be a number."""
    length = run.end - run.start
    counts = scheme.bare_from if length in written.bare else Counts.NOBODY
    digits = run.digits[: written.labelled[length]]
    why = _neighbour(run) or written.check(digits, Form.BARE, last_day)
    if not why:
        number = CaseNumber(scheme.name, written.spell("", digits))
        return Candidate(run.start, run.end, Form.BARE, number, run.digits, counts, run.start)
    if counts is Counts.NOBODY:
        return None
    return _refused(run, "card" if luhn(run.digits) else why)


def _neighbour(run: Run) -> str:
    return "neighbour" if run.before(_PART_BEFORE, 2) or run.behind(_PART_BEHIND) else ""


def luhn(digits: str) -> bool:
    """Whether ``digits`` may be a payment card: 16, the last a check digit (ISO/IEC 7812-1)."""
    doubled = sum(sum(divmod(2 * int(d), 10)) for d in digits[-2::-2])
    return len(digits) == _CARD and (doubled + sum(map(int, digits[-1::-2]))) % 10 == 0
