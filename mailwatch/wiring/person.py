"""A person's word: which case a mail belongs to, and what to do with mail that could not be read."""

from __future__ import annotations

from mailwatch.core.filing import Filing, Rule, Verdict
from mailwatch.errors import ConfigError, TemporaryError
from mailwatch.jobs import person
from mailwatch.jobs.person import Decided
from mailwatch.jobs.poll_report import PollReport
from mailwatch.jobs.progress import silent
from mailwatch.ports import Held
from mailwatch.wiring import incoming
from mailwatch.wiring.tools import Tools


def file_message(tools: Tools, ref: str, number: str | None, reason: str | None, by: str) -> Filing:
    """File the mail that ``ref`` names under ``number``, or under no case (None)."""
    decided = person.file_message(tools.store, ref, tools.number(number) if number else None, reason, by)
    if decided.to_fetch:
        _fetch_pinned(tools, decided)
    return _decision(tools, decided, ref)


def split(tools: Tools, ref: str, number: str | None, reason: str | None, by: str) -> tuple[Filing, ...]:
    """Take the mail that ``ref`` names out of its case, and its replies with it; see ``jobs.person``."""
    return person.split(tools.store, ref, tools.number(number) if number else None, reason, by)


def _fetch_pinned(tools: Tools, decided: Decided) -> None:
    ingest = tools.ingest(silent)
    homes = {sighting.place.mailbox for sighting in decided.to_fetch}
    for mailbox in tools.config.mailboxes:
        if mailbox.name in homes:
            with tools.connected(mailbox) as line:
                incoming.fetch_wanted(tools, ingest, mailbox, decided.pins, line)


def _decision(tools: Tools, decided: Decided, ref: str) -> Filing:
    """What holds now for the mail that was named."""
    with tools.store.writing() as tx:
        filings = tx.trees.filings(tuple(decided.pins))
    for sha, pin in decided.pins.items():
        if sha in filings and filings[sha].verdict is not Verdict.SAME:
            return filings[sha]
        if sha not in filings and pin.filing.rule is Rule.PERSON:
            break
    if not decided.pins:
        return Filing(ref, Verdict.UNFILED, rule=Rule.PERSON)
    raise ConfigError("the mail {ref} is no longer where it was seen", ref=ref)


def look_after(tools: Tools, action: str, ref: str | None) -> tuple[Held, ...]:
    """``list``, ``show`` or ``retry``; what is held afterwards, of ``ref`` alone where it is given."""
    chosen = tuple(held for held in tools.held() if ref is None or held.sha256.startswith(ref))
    if ref is not None and not chosen:
        raise ConfigError(
            "no mail in quarantine has the name {ref}", mend="see them with: mailwatch quarantine", ref=ref
        )
    if action != "retry":
        return chosen
    _refuse_half_done(incoming.retry(tools, chosen))
    asked = {one.sha256 for one in chosen}
    return tuple(held for held in tools.held() if held.sha256 in asked)


def _refuse_half_done(report: PollReport) -> None:
    """Where a person asked for it, what could not be tried is an error and no line in a report."""
    if not report.errors:
        return
    if report.temporary:
        raise TemporaryError("{trouble}", trouble=report.errors[0])
    raise ConfigError("not every mail could be tried again", problems=report.errors)
