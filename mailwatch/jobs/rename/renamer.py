"""The rename job: plans are made, carried out, shown beforehand, and taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mailwatch.core.casenumber import CaseNumber, Scheme
from mailwatch.core.renamable import Consent
from mailwatch.core.rename_sight import Proof
from mailwatch.core.renaming import Direction, Mode, Plan, PlanState
from mailwatch.jobs.rename.locate import read_all, spots
from mailwatch.jobs.rename.making import Maker
from mailwatch.jobs.rename.proof import prove
from mailwatch.jobs.rename.record import RenameRow, row, save
from mailwatch.jobs.rename.run import Run
from mailwatch.jobs.rename.undoing import make_undos
from mailwatch.ports import Archive, Capabilities, Clock, Mailbox, Store, Transaction

LATE = timedelta(days=1)
"""How long after a rename a second copy of it may still land that was sent by us."""

_GMAIL = "X-GM-EXT-1"


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
        self, mailbox: str, folders: Sequence[RenameFolder], *, backlog: bool = False
    ) -> tuple[RenameRow, ...]:
        """What ``plan`` would do with every filed mail of these folders. Changes nothing."""
        found: list[RenameRow] = []
        with suppress(_Rollback), self._store.writing() as transaction, self._store.reading() as library:
            found = [row(p) for p in transaction.plans.open(mailbox)]
            for folder in folders:
                consent = self._consent(transaction, mailbox, folder, backlog=backlog)
                found += [p.row() for p in self._maker.propose(transaction, library, mailbox, consent)]
            raise _Rollback
        return tuple(found)

    def plan(
        self,
        mailbox: str,
        folders: Sequence[RenameFolder],
        *,
        settle: timedelta = timedelta(seconds=60),
        backlog: bool = False,
    ) -> tuple[RenameRow, ...]:
        """Make plans for the filed mails that may be renamed, a transaction a folder.

        Mail that came before its folder was first to be renamed is left out,
        unless a person asks for the backlog; that wakes dormant cases, too.
        """
        made: list[RenameRow] = []
        for folder in folders:
            if folder.mode is Mode.OFF:
                continue
            with self._store.writing() as transaction, self._store.reading() as library:
                consent = self._consent(transaction, mailbox, folder, backlog=backlog)
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

    def advance(self, name: str, mailbox: Mailbox) -> tuple[RenameRow, ...]:
        """Carry all open plans of the mailbox ``name`` as far as they get; what became of each.

        The normal path and the recovery after a crash are this one call.

        Raises:
            TemporaryError: the connection broke; call again with a new one.
        """
        now = self._clock()
        with self._store.writing() as transaction:
            waiting = [p for p in transaction.plans.open(name) if _is_due(p, now)]
        if not waiting:
            return ()
        capabilities = mailbox.capabilities()
        run = Run(mailbox, self._original, self._commit, now)
        run.carry(self._kept([_fitting(p, capabilities) for p in waiting], run))
        return tuple(row(p) for p in run.outcome.values())

    def sweep(self, name: str, mailbox: Mailbox, folder: str, low: int) -> int:
        """Remove copies of ours from ``folder`` that landed late; how many.

        An APPEND whose answer was lost may take effect after it was repeated. A
        copy with UID >= ``low`` goes if its rename is over, another copy stands
        where the plan says, and its bytes prove it. A person's own copies lie in
        other folders or come later, and are left alone.
        """
        state = mailbox.select(folder)
        claims = mailbox.copies(low)
        late = self._late(name, state.folder, claims)
        spare = spots(mailbox, state, [uid for uid, plan in late.items() if plan.copy_uid != uid])
        standing = spots(mailbox, state, [p.copy_uid for p in late.values() if p.copy_uid])
        proved = [
            fetched.place.uid
            for fetched in read_all(mailbox, [s for s in spare.values() if _doubled(late[s.uid], standing)])
            if fetched.place.uid in late and self._proves(fetched.read(), late[fetched.place.uid])
        ]
        gone = [uid for uid in proved if uid is not None]
        if gone and mailbox.capabilities().uidplus:
            mailbox.remove(gone)
            return len(gone)
        return 0

    # within

    def _consent(
        self, transaction: Transaction, mailbox: str, folder: RenameFolder, *, backlog: bool
    ) -> Consent:
        since = transaction.consents.given(mailbox, folder.name, folder.mode, self._clock())
        return Consent(folder.name, folder.role, folder.mode, None if backlog else since, backlog)

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

    def _late(self, name: str, folder: str, claims: Mapping[int, str]) -> dict[int, Plan]:
        """UID to the ended rename of this mailbox and folder whose id the mail carries."""
        now = self._clock()
        with self._store.writing() as transaction:
            known = {plan_id: transaction.plans.find(plan_id) for plan_id in set(claims.values())}
        return {
            uid: plan
            for uid, plan_id in claims.items()
            if (plan := known[plan_id]) is not None
            and plan.mailbox == name
            and plan.copy_folder == folder
            and plan.state in {PlanState.DONE, PlanState.ABORTED}
            and now - plan.due < LATE
        }

    def _proves(self, raw: bytes, plan: Plan) -> bool:
        return self._archive.has(plan.original) and prove(raw, plan, self._original(plan)) is Proof.COPY


def _is_due(plan: Plan, now: datetime) -> bool:
    """A rename that has begun goes on at once; only the first step waits for the mail to settle."""
    return plan.due <= now or (plan.why is None and plan.uidnext_before is not None)


def _doubled(plan: Plan, standing: Mapping[int, object]) -> bool:
    return plan.state is PlanState.ABORTED or plan.copy_uid in standing


def _fitting(plan: Plan, capabilities: Capabilities) -> Plan:
    """Servers that cannot retire one mail safely, or file by labels, get a copy instead."""
    begun = plan.uidnext_before is not None or plan.direction is Direction.UNDO
    safe = capabilities.move and capabilities.uidplus and _GMAIL not in capabilities.names
    return plan if begun or safe or plan.mode is not Mode.REPLACE else replace(plan, mode=Mode.COPY)
