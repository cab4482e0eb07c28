"""Mails for which the server gave a letter of its own: the real ones are asked for until they come."""

from __future__ import annotations

from mailwatch.core.entries import Quarantined
from mailwatch.jobs.adoption import Taker, Watching, fetch
from mailwatch.jobs.folders import Watched
from mailwatch.jobs.outcome import Outcome
from mailwatch.ports import MailReader, Store

PLACEHOLDER = "placeholder"
"""The ``why`` of such a letter in quarantine. What is archived is the letter: it never becomes readable."""

MOST = 100
"""So many are asked for at a time, oldest first: a calendar item that cannot be converted never comes."""


def ask_again(store: Store, mailbox: MailReader, taker: Taker, plan: Watching, watched: Watched) -> Outcome:
    """Fetch once more what lies in one folder behind such letters, and file what comes now."""
    state = mailbox.examine(watched.folder.name)
    with store.writing() as tx:
        held = {one.sha256 for one in tx.quarantine.held() if one.why == PLACEHOLDER}
        lying = tx.places.lying(plan.name, state.folder, state.uidvalidity) if held else {}
    letters = {uid: one.sha256 for uid, one in lying.items() if one.live and one.sha256 in held}
    known = set(letters.values())
    outcome = Outcome()
    for batch in fetch(mailbox, sorted(letters)[:MOST], watched):
        real = [mail for mail in batch if mail.sha256 not in known]
        if real:
            outcome += taker.take(real, plan.policy)
            _let_go(store, {letters[mail.place.uid] for mail in real if mail.place.uid})
    return outcome


def _let_go(store: Store, sha256s: set[str]) -> None:
    with store.writing() as tx:
        for sha in sorted(sha256s):
            tx.quarantine.release(sha)
            tx.ledger.record(Quarantined(sha, "read", "released", 0))
