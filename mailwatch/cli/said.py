"""What people said, as lines and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from mailwatch.cli.json_shapes import stamp
from mailwatch.cli.session import Session
from mailwatch.cli.when import day_and_time
from mailwatch.core.digest_facts import Side
from mailwatch.core.privacy import hide_codes
from mailwatch.core.spoken import CaseAttach, CaseContact, CaseLink, CaseNote, CaseSet, Key, Talk, Tie
from mailwatch.core.statements import Statement, words
from mailwatch.errors import Words

# ── for people ────────────────────────────────────────────────────────────────


def sentence(session: Session, one: Statement) -> str:
    """What was said, in one line. One-time codes are covered."""
    said = one.said
    match said:
        case CaseSet():
            return session.say(_set(session, one, said))
        case CaseNote():
            return _flat(words(said.text))
        case CaseContact():
            return session.say(_contact(session, said))
        case CaseAttach():
            name = _flat(words(said.name))
            about = f": {_flat(words(said.text))}" if said.text else ""
            return session.say("file {name}{about}", name=name, about=about)
        case CaseLink(tie=Tie.MERGED):
            return session.say("{other} is the same case as {number}", other=said.other, number=said.number)
        case CaseLink():
            return session.say("{number} and {other} have to do with one another", **_pair(said))


def _pair(said: CaseLink) -> dict[str, object]:
    return {"number": said.number, "other": said.other}


def _flat(text: str) -> str:
    return " ".join(hide_codes(text).split())


_STATUS = {"closed": Words("closed, a person says"), "open": Words("reopened, a person says")}


def _set(session: Session, one: Statement, said: CaseSet) -> Words:
    name = session.say(_NAMES[said.key])
    if one.value is None:
        return Words("{what}: what was said before is taken back", {"what": name})
    if said.key is Key.STATUS and said.word in _STATUS:
        return _STATUS[said.word]
    if isinstance(one.value, datetime):
        return Words("{what} until {time}", {"what": name, "time": day_and_time(one.value, session.timezone)})
    value = session.say(one.value) if said.word else _flat(one.value)
    return Words("{what}: {value}", {"what": name, "value": value})


_NAMES = {
    Key.STATUS: Words("status"),
    Key.SEVERITY: Words("severity"),
    Key.PLAN: Words("support plan"),
    Key.KIND: Words("kind of request"),
    Key.LANGUAGE: Words("language of the case"),
    Key.OPENED: Words("opened by"),
    Key.PORTAL: Words("in the portal's list of cases"),
    Key.RESPONSE: Words("response by any way"),
    Key.CUSTOMER: Words("customer"),
    Key.OWNER: Words("owner"),
    Key.PRODUCT: Words("product"),
    Key.ACCOUNT: Words("account"),
    Key.ENGINEER: Words("engineer"),
    Key.TITLE: Words("title"),
    Key.SNOOZE: Words("quiet"),
}


def _contact(session: Session, said: CaseContact) -> Words:
    values: dict[str, object] = {"way": session.say(said.way.value), "text": _flat(words(said.text))}
    if said.side is Side.US:
        return Words("{way}, we to the vendor: {text}", values)
    if said.talk is Talk.ASKED:
        return Words("{way}, the vendor asks us: {text}", values)
    if said.talk is Talk.PROMISED:
        return Words("{way}, the vendor promises for {day}: {text}", {**values, "day": said.day})
    return Words("{way}, the vendor to us: {text}", values)


def row(session: Session, one: Statement) -> tuple[str, ...]:
    """As a row of a timeline: when, who, what, and the entry that says so."""
    when = day_and_time(one.at, session.timezone)
    return when, "·", one.by, sentence(session, one), "", _record(session, one)


def _record(session: Session, one: Statement) -> str:
    told = [session.say("entry {entry}", entry=one.entry)]
    if one.dated:
        told.append(session.say("recorded {time}", time=day_and_time(one.recorded_at, session.timezone)))
    if one.withdrawn:
        when = day_and_time(one.withdrawn_at, session.timezone)
        told.append(session.say("taken back {time} by {person}", time=when, person=one.withdrawn_by))
    return " · ".join(told)


# ── for programs ──────────────────────────────────────────────────────────────


def shape(one: Statement) -> dict[str, Any]:
    """One statement; its keys are a contract."""
    return {
        "entry": one.entry,
        "type": one.said.TYPE,
        "number": one.said.number.canonical,
        "by": one.by,
        "at": stamp(one.at),
        "recorded_at": stamp(one.recorded_at),
        "withdrawn_at": stamp(one.withdrawn_at),
        "withdrawn_by": one.withdrawn_by,
        **_details(one),
    }


def _details(one: Statement) -> dict[str, Any]:
    said = one.said
    match said:
        case CaseSet():
            value = one.value
            return {"key": said.key.value, "value": stamp(value) if isinstance(value, datetime) else value}
        case CaseNote():
            return {"text": hide_codes(words(said.text))}
        case CaseContact():
            return {
                "way": said.way.value,
                "direction": "out" if said.side is Side.US else "in",
                "talk": said.talk.value,
                "day": said.day,
                "text": hide_codes(words(said.text)),
            }
        case CaseAttach():
            about = hide_codes(words(said.text)) if said.text else None
            return {"sha256": said.sha256, "size": said.size, "name": words(said.name), "text": about}
        case CaseLink():
            return {"other": said.other.canonical, "tie": said.tie.value}


def answer(statements: Sequence[Statement], mails: int = 0) -> dict[str, Any]:
    """What a command prints that records statements; ``mails`` are filed otherwise by it."""
    return {"statements": [shape(one) for one in statements], "mails": mails}
