"""The values that ``--json`` prints. Their keys are a contract: keys are added, never renamed or dropped.

Times are RFC 3339 in UTC. One-time codes in subjects and titles are covered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mailwatch.core.privacy import hide_codes

if TYPE_CHECKING:
    # All of these are types only; at run time ``COMMAND --help`` would wait 200 ms for them.
    from mailwatch.core.mentions import Recognition
    from mailwatch.errors import Words
    from mailwatch.jobs.poll_report import PollReport
    from mailwatch.jobs.reindex import ReindexReport
    from mailwatch.jobs.remind import SendRow
    from mailwatch.jobs.rename import RenameRow
    from mailwatch.jobs.verify import VerifyReport
    from mailwatch.ports import CaseRow, Held, Hit, MessageRow
    from mailwatch.wiring.backup import BackupReport
    from mailwatch.wiring.findings import CheckRow

Shape = dict[str, Any]


def stamp(moment: datetime | None) -> str | None:
    """RFC 3339 in UTC to the second."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def poll(report: PollReport) -> Shape:
    """``poll`` and ``import``."""
    counts = report.outcome
    return {
        "fetched": counts.fetched,
        "filed": counts.filed,
        "same": counts.same,
        "unfiled": counts.unfiled,
        "unnumbered": counts.unnumbered,
        "quarantined": counts.quarantined,
        "renamed": report.renamed,
        "errors": [str(error) for error in report.errors],
        "waiting": [str(cause) for cause in report.waiting],
        **({"notices": [str(notice) for notice in report.notices]} if report.notices else {}),
    }


def case(row: CaseRow) -> Shape:
    """One row of ``cases``."""
    return {
        "number": row.number.canonical,
        "scheme": row.number.scheme,
        "token": row.token,
        "aliases": list(row.aliases),
        "related": list(row.related),
        "merged": list(row.merged),
        "title": hide_codes(row.title),
        "status": row.status,
        "messages": row.messages,
        "opened_at": stamp(row.opened_at),
        "last_message_at": stamp(row.last_message_at) if row.messages else None,
        "last_from_us_at": stamp(row.last_from_us_at),
        "last_from_them_at": stamp(row.last_from_them_at),
    }


def timeline(row: CaseRow, messages: Sequence[MessageRow]) -> Shape:
    """``show``: the case and its messages."""
    mentioned = {"mentioned_by": list(row.mentioned_by)} if row.status == "related" else {}
    return {**case(row), **mentioned, "messages": [message(m) for m in messages]}


def message(row: MessageRow) -> Shape:
    """One message of a timeline."""
    filing = row.filing
    return {
        # The field as it stands in the mail, angle brackets included (RFC 5322 section 3.6.4).
        "message_id": None if row.message_id is None else f"<{row.message_id}>",
        "date": stamp(row.date),
        "received_at": stamp(row.received_at),
        "direction": row.direction,
        "from": row.from_addr,
        "from_name": row.from_name,
        "subject": hide_codes(row.subject),
        "standard_subject": None if row.standard_subject is None else hide_codes(row.standard_subject),
        "filed_by": {
            "rule": filing.rule.value if filing.rule else None,
            "matched": row.matched,
            "standing": filing.standing.value,
            "confidence": filing.confidence.value if filing.confidence else None,
        },
        "originals": [
            {"sha256": o.sha256, "mailbox": o.mailbox, "folder": o.folder, "uid": o.uid}
            for o in row.originals
        ],
    }


def hit(row: Hit, snippet: str) -> Shape:
    """One row of ``search``. One-time codes are covered."""
    return {
        "number": row.number.canonical if row.number else None,
        "sha256": row.sha256,
        "date": stamp(row.date),
        "from": row.from_addr,
        "subject": hide_codes(row.subject),
        "snippet": snippet,
    }


def recognition(found: Recognition, tokens: Mapping[str, str]) -> Shape:
    """``recognise``; ``tokens`` maps a canonical number to its token."""
    return {
        "numbers": [
            {
                "number": m.number.canonical,
                "scheme": m.number.scheme,
                "token": tokens.get(m.number.canonical, m.alias),
                "rule": f"{m.where.value}-{m.form.value}",
            }
            for m in found.mentions
        ],
        "rejected": [{"text": r.text, "why": r.why} for r in found.rejected],
    }


def rename(row: RenameRow) -> Shape:
    """One row of ``rename``."""
    return {
        "sha256": row.sha256,
        "number": row.number,
        "from": hide_codes(row.from_subject),
        "to": hide_codes(row.to_subject),
        "state": row.state,
        "why": row.why,
    }


def sent(row: SendRow) -> Shape:
    """One row of ``digest --send``."""
    return {"recipient": row.recipient, "state": row.state, "why": _text(row.why)}


def reindex(report: ReindexReport) -> Shape:
    """``reindex``."""
    return {
        "messages": report.messages,
        "cases": report.cases,
        "left_out": list(report.left_out),
        "changed": [
            {"sha256": c.after.sha256, "before": _verdict(c.before), "after": _verdict(c.after)}
            for c in report.changed
        ],
    }


def _verdict(filing: Any) -> Shape | None:
    if filing is None:
        return None
    return {
        "verdict": filing.verdict.value,
        "number": filing.number.canonical if filing.number else None,
        "rule": filing.rule.value if filing.rule else None,
    }


def held(row: Held) -> Shape:
    """One row of ``quarantine``."""
    return {"sha256": row.sha256, "why": row.why, "at": stamp(row.at), "tries": row.tries}


def check(row: CheckRow) -> Shape:
    """One row of ``check``; ``ok`` is null for a warning."""
    return {"check": row.check, "ok": row.ok, "detail": str(row.detail), "mend": str(row.mend)}


def verify(report: VerifyReport) -> Shape:
    """``verify``."""
    return {
        "ok": report.ok,
        "complete": report.complete,
        "entries": report.entries,
        "problems": [{"code": p.code, "detail": str(p.detail)} for p in report.problems],
    }


def backup(report: BackupReport) -> Shape:
    """``backup``."""
    return {
        "folder": str(report.folder),
        "at": stamp(report.at),
        "entries": report.entries,
        "head": report.head,
        "originals": report.originals,
        "attached": report.attached,
        "bytes": report.size,
        "linked": report.linked,
        "copied": report.copied,
        "database": report.database,
    }


def _text(words: Words | str | None) -> str | None:
    return None if words is None else str(words)
