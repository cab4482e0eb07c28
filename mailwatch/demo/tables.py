"""What the demo shows of the story: what came in, why it was filed, new subjects, strangers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from mailwatch.core.filing import Verdict
from mailwatch.core.standing import Standing
from mailwatch.demo.letter import MX
from mailwatch.demo.outcome import Outcome
from mailwatch.demo.page import Page
from mailwatch.demo.people import SEOUL
from mailwatch.demo.voice import Say
from mailwatch.errors import counted


def numbered(found: Sequence[Outcome]) -> list[tuple[str, Outcome]]:
    """Each outcome with the number that stands for its mail in all tables."""
    return [(str(place), outcome) for place, outcome in enumerate(found, 1)]


def what_came_in(page: Page, found: Sequence[Outcome], language: str, say: Say) -> None:
    """Every mail with what it is there to show."""
    mails = counted("{n} mail", "{n} mails", len(found))
    page.heading(say("What came in ({mails} in two mailboxes)", mails=mails))
    rows = [
        (
            place,
            outcome.letter.arrived.astimezone(SEOUL).strftime("%m-%d %H:%M"),
            outcome.letter.folder if outcome.letter.mailbox == "support" else outcome.letter.mailbox,
            outcome.before,
            outcome.letter.shows.say(language),
        )
        for place, outcome in numbered(found)
    ]
    page.table(("#", say("time (KST)"), say("folder"), say("subject"), say("what it shows")), rows)


def what_was_filed(page: Page, found: Sequence[Outcome], say: Say) -> None:
    """Case, rule, words and standing of every mail, ordered by case."""
    page.heading(say("What was filed, and by which rule"))
    kept = [row for row in numbered(found) if row[1].found.verdict is not Verdict.UNFILED]
    head = ("#", f"{say('case')} / {say('rule')}", say("matched"), say("sender"), say("confidence"))
    places = {outcome.sha256: place for place, outcome in numbered(found)}
    page.table(head, list(_grouped(_by_case(kept), places, say)))
    left = [place for place, outcome in numbered(found) if outcome.found.verdict is Verdict.UNFILED]
    page.line(say("Not case mail, not kept: {places}", places=", ".join(f"#{place}" for place in left)))


def _by_case(rows: Iterable[tuple[str, Outcome]]) -> list[tuple[str, Outcome]]:
    """Cases in order, then mail without one."""
    return sorted(rows, key=lambda row: (row[1].found.number is None, row[1].found.number or ""))


def _grouped(
    rows: Iterable[tuple[str, Outcome]], places: Mapping[str, str], say: Say
) -> Iterator[tuple[str, ...]]:
    """Each case on a line of its own above its mails: so its number stays whole on a narrow terminal."""
    for number, mails in groupby(rows, key=lambda row: row[1].found.number):
        yield ("", number or say("no case number"), "", "", "")
        for place, outcome in mails:
            yield _filed_row(place, outcome, places, say)


def _filed_row(place: str, outcome: Outcome, places: Mapping[str, str], say: Say) -> tuple[str, ...]:
    found, row = outcome.found, outcome.row
    if row is None or found.rule is None:
        return (place, "-", _verdict(found.verdict, say), "", "")
    filing = row.filing
    confidence = say(filing.confidence.value) if filing.confidence else ""
    ancestor = places.get(filing.via or "")
    matched = row.matched or (f"<- #{ancestor}" if ancestor else "")
    if found.related:
        matched += f" ({say('related: {numbers}', numbers=', '.join(found.related))})"
    return (
        place,
        found.rule.value,
        matched,
        say(filing.standing.value),
        confidence,
    )


def _verdict(verdict: Verdict | None, say: Say) -> str:
    words = {
        None: say("cannot be read: kept and shown"),
        Verdict.SAME: say("the same mail again"),
        Verdict.UNNUMBERED: say("from support, no number: kept and shown"),
    }
    return words.get(verdict, str(verdict))


def new_subjects(page: Page, found: Sequence[Outcome], say: Say) -> None:
    """Subjects before and after, as the mail server shows them."""
    changed = [(place, outcome) for place, outcome in numbered(found) if outcome.before != outcome.after]
    page.heading(say("Subjects in INBOX before and after, read back from the mail server"))
    pairs = [((place, outcome.before), ("", f"-> {outcome.after}")) for place, outcome in changed]
    page.table(("#", say("subject")), [row for pair in pairs for row in pair])
    page.line(
        say("The originals lie untouched in Mailwatch/Originals; `mailwatch rename --undo` brings them back.")
    )


def strangers(page: Page, found: Sequence[Outcome], say: Say) -> None:
    """What senders that nobody vouches for could not do."""
    page.heading(say("What a stranger could not do"))
    rows = [
        (
            place,
            outcome.row.from_addr,
            say("{server} says: {result}", server=MX, result=_result(outcome)),
            say("no") if outcome.before == outcome.after else say("yes"),
        )
        for place, outcome in numbered(found)
        if outcome.row and outcome.row.filing.standing is Standing.STRANGER
    ]
    page.table(("#", say("sender"), say("checked"), say("renamed")), rows)
    page.line(say("These mails are kept and shown as unverified. They changed the state of no case."))


def _result(outcome: Outcome) -> str:
    """The verdict on DMARC that our own server wrote on top of the mail."""
    first = outcome.letter.raw.split(b"\r\n", 2)[1].decode("ascii").split()
    return first[0]
