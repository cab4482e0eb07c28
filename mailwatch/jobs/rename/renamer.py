"""The rename job: plans are made, carried out, shown beforehand, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mailwatch.core.casenumber import CaseNumber, Scheme
from mailwatch.core.fidelity import Fidelity, Profile, Ruling, judge
from mailwatch.core.renamable import Consent
from mailwatch.core.rename_consent import begun, under
from mailwatch.core.renaming import OPEN_STATES, Direction, Mode, Plan, PlanState
from mailwatch.jobs.rename.act import RETRY
from mailwatch.jobs.rename.consent import ModeOf, held_to
from mailwatch.jobs.rename.hindrance import UNSUITABLE
from mailwatch.jobs.rename.making import Maker
from mailwatch.jobs.rename.probing import offer_of
from mailwatch.jobs.rename.record import RenameRow, row, save
from mailwatch.jobs.rename.run import Run
from mailwatch.jobs.rename.strays import Search
from mailwatch.jobs.rename.sweep import LATE, sweep
from mailwatch.jobs.rename.undoing import make_undos
from mailwatch.ports import Archive, Capabilities, Clock, Mailbox, Store, Transaction


@dataclass(frozen=True, slots=True)
class RenameFolder:
    """One watched folder: its name, its special use (RFC 6154) as a word, and what the config asks for."""

    name: str
    role: str
    mode: Mode


class _Rollback(Exception):
    """Leave a writing transaction, and nothing of it in the database."""


class Renamer:
    """Gives filed mails the standard subject in their mailbox, and takes it back.

    Args:
        store: ledger, projections and plans.
        archive: the originals; nothing is renamed that is not in it.
        clock: now, in UTC.
        ids: a fresh plan id at each call, 32 random hex digits.
        schemes: those of the config, for cutting numbers out of subjects.
    """

    def __init__(
        self,
        store: Store,
        archive: Archive,
        clock: Clock,
        ids: Callable[[], str],
        schemes: Sequence[Scheme],
    ) -> None:
        self._store = store
        self._archive = archive
        self._clock = clock
        self._ids = ids
        self._maker = Maker(schemes, ids, archive.has)

    def preview(
        self, mailbox: str, folders: Sequence[RenameFolder], mode_of: ModeOf, *, backlog: bool = False
    ) -> tuple[RenameRow, ...]:
        """What ``plan`` would do with every filed mail of these folders. Changes nothing."""
        found: list[RenameRow] = []
        with suppress(_Rollback), self._store.writing() as transaction, self._store.reading() as library:
            found = [row(p) for p in held_to(transaction, mailbox, mode_of, self._clock())]
            for folder in folders:
                consent = self._consent(transaction, mailbox, folder, backlog=backlog, by_person=False)
                found += [p.row() for p in self._maker.propose(transaction, library, mailbox, consent)]
            raise _Rollback
        return tuple(found)

    def recover(self, name: str, mailbox: Mailbox, folders: Sequence[RenameFolder]) -> None:
        """After a lost database, once: take up again what was under way in the mailbox ``name``."""
        renamed = [folder.name for folder in folders if folder.mode is not Mode.OFF]
        Search(self._store, mailbox, name, renamed, self._archive.has, self._clock()).run()

    def plan(
        self,
        mailbox: str,
        folders: Sequence[RenameFolder],
        *,
        settle: timedelta = timedelta(seconds=60),
        backlog: bool = False,
        by_person: bool = False,
    ) -> tuple[RenameRow, ...]:
        """Make plans for the filed mails that may be renamed, a transaction a folder.

        Args:
            mailbox: its name in the ledger.
            folders: those that are watched, with what the config asks for.
            settle: how long a mail rests after its arrival.
            backlog: also mail that came before its folder was first to be renamed,
                and dormant cases.
            by_person: a person asks for it at this moment, which lifts the bar of an undo.
        """
        made: list[RenameRow] = []
        for folder in folders:
            if folder.mode is Mode.OFF:
                continue
            with self._store.writing() as transaction, self._store.reading() as library:
                consent = self._consent(transaction, mailbox, folder, backlog=backlog, by_person=by_person)
                plans = self._maker.make(transaction, library, mailbox, consent, settle)
            made += [row(p) for p in plans]
        return tuple(made)

    def undo(self, mailbox: str, number: CaseNumber | None) -> tuple[RenameRow, ...]:
        """Plan to take back the renames of a case, or of all (None). ``advance`` carries it out.

        Renames that are under way are finished first: call ``advance`` before, too.
        """
        with self._store.writing() as transaction:
            plans = make_undos(transaction, mailbox, number, ids=self._ids, now=self._clock())
        return tuple(row(p) for p in plans)

    def advance(
        self, name: str, mailbox: Mailbox, mode_of: ModeOf, profile: Profile | None = None
    ) -> tuple[RenameRow, ...]:
        """Carry all open plans of the mailbox ``name`` as far as they get; what became of each.

        The normal path and the recovery after a crash are this one call. Where ``mode_of``
        no longer asks for a rename, it is taken back as far as it came, and ends. What the
        server allows is judged by what it offers, and by its ``profile`` where there is one.

        Raises:
            TemporaryError: the connection broke; call again with a new one.
        """
        now = self._clock()
        with self._store.writing() as transaction:
            held = held_to(transaction, name, mode_of, now)
            # ``due`` of a rename that stands is when it was recorded.
            recent = [p for p in transaction.plans.done(name, None) if now - p.due < LATE]
        kept = [p for p in recent if self._archive.has(p.original)]
        sweep(mailbox, kept, self._original, removes=profile is None or profile.found.spares)
        ended = tuple(row(p) for p in held if p.state not in OPEN_STATES)
        waiting = [p for p in held if p.state in OPEN_STATES and _is_due(p, now)]
        run = self._carry(waiting, mailbox, profile) if waiting else None
        return ended + tuple(row(p) for p in run.outcome.values()) if run else ended

    def to_begin(self, name: str, mode_of: ModeOf) -> tuple[Plan, ...]:
        """Renames that are due, and for which nothing has been done yet on the server."""
        now = self._clock()
        with self._store.writing() as transaction:
            held = [under(p, mode_of(p.folder)) for p in transaction.plans.open(name)]
        fresh = [p for p in held if p.direction is Direction.RENAME and not begun(p)]
        return tuple(p for p in fresh if p.state in OPEN_STATES and _is_due(p, now))

    def put_off(self, plans: Sequence[Plan], why: str) -> None:
        """Let them rest for an hour, and remember what is in their way."""
        due = self._clock() + RETRY
        self._commit([replace(p, why=why, due=due) for p in plans])

    def idle(self, mailbox: str) -> bool:
        """Whether neither a plan nor a consent of this mailbox is left to look after."""
        with self._store.writing() as transaction:
            asked = any(box == mailbox for box, _ in transaction.consents.all())
            return not asked and not transaction.plans.open(mailbox)

    def waiting(self, mailbox: str) -> tuple[RenameRow, ...]:
        """What is planned and not done yet, and why."""
        with self._store.writing() as transaction:
            return tuple(row(p) for p in transaction.plans.open(mailbox))

    # within

    def _consent(
        self, transaction: Transaction, mailbox: str, folder: RenameFolder, *, backlog: bool, by_person: bool
    ) -> Consent:
        since = transaction.consents.given(mailbox, folder.name, folder.mode, self._clock())
        return Consent(folder.name, folder.role, folder.mode, None if backlog else since, by_person)

    def _carry(self, plans: Sequence[Plan], mailbox: Mailbox, profile: Profile | None) -> Run:
        found = profile.found if profile else None
        offered = mailbox.capabilities()
        run = Run(mailbox, self._original, self._commit, self._clock(), _careful(offered, found))
        run.carry(self._kept(self._fitting(plans, judge(offer_of(offered), found)), run))
        return run

    def _fitting(self, plans: Sequence[Plan], ruling: Ruling) -> list[Plan]:
        """Those that may go on, in the mode that the server allows; what was begun goes on as it began."""
        free = [p for p in plans if p.direction is Direction.RENAME and not begun(p)]
        barred = [p for p in free if ruling.mode(p.mode) is Mode.OFF]
        self.put_off(barred, UNSUITABLE)
        return [replace(p, mode=ruling.mode(p.mode)) if p in free else p for p in plans if p not in barred]

    def _kept(self, plans: Sequence[Plan], run: Run) -> list[Plan]:
        """Plans whose original is in the archive; the others are shown to a person."""
        missing = [
            replace(p, state=PlanState.REVIEW, why="not-archived")
            for p in plans
            if not self._archive.has(p.original)
        ]
        if missing:
            self._commit(missing)
            run.outcome.update({p.id: p for p in missing})
        lost = {p.id for p in missing}
        return [p for p in plans if p.id not in lost]

    def _original(self, plan: Plan) -> bytes:
        return self._archive.read(plan.original)

    def _commit(self, plans: list[Plan]) -> None:
        with self._store.writing() as transaction:
            save(transaction, plans)


def _is_due(plan: Plan, now: datetime) -> bool:
    """A rename that has begun goes on at once; only the first step waits for the mail to settle."""
    return plan.due <= now or (plan.why is None and plan.uidnext_before is not None)


def _careful(capabilities: Capabilities, found: Fidelity | None) -> Capabilities:
    """A server whose UID EXPUNGE takes other people's mail is treated as one that has none."""
    spares = found is None or found.spares
    return replace(capabilities, uidplus=capabilities.uidplus and spares)
