"""Renames that were under way when the database was lost: their copies are found, and the plans go on.

Without this the original would get a second copy. A copy that proves itself carries all that its
plan must know; what was closed stands in the ledger and is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from mailwatch.core.casenumber import CaseNumber
from mailwatch.core.rename_sight import Spot
from mailwatch.core.renaming import Direction, Mode, Plan, PlanState
from mailwatch.errors import ConfigError, Refused
from mailwatch.jobs.rename.locate import read_all, spots
from mailwatch.jobs.rename.places import CASES, ORIGINALS, own_names
from mailwatch.jobs.rename.proof import sha256
from mailwatch.mime.resubject import restore
from mailwatch.mime.subject import subject_of
from mailwatch.ports import FolderState, Mailbox, Store


@dataclass(frozen=True, slots=True)
class _Stray:
    """A copy that no plan knows, and what it restores to."""

    plan: str
    spot: Spot
    copy: bytes
    original: bytes

    @property
    def sha256(self) -> str:
        return sha256(self.original)


@dataclass(frozen=True, slots=True)
class _Source:
    """Where the ledger has seen an original last, and whether it lies there now."""

    folder: str
    uidvalidity: int
    uid: int
    there: bool
    number: CaseNumber


@dataclass(frozen=True, slots=True)
class Search:
    """Looks through one mailbox, ``name`` in the ledger. ``folders`` are those whose mails are renamed."""

    store: Store
    mailbox: Mailbox
    name: str
    folders: Sequence[str]
    kept: Callable[[str], bool]
    now: datetime

    def run(self) -> tuple[Plan, ...]:
        """Open plans for the strays of the mailbox, saved; none where there is nothing to look for."""
        with self.store.writing() as tx:
            if not tx.strays.due(self.name):
                return ()
        found: dict[str, _Stray] = {}
        for folder in self._looked_in():
            for stray in self._strays(folder):
                # Of several copies of one plan the first counts; the plan takes the others away.
                found.setdefault(stray.sha256, stray)
        sources = self._sources(list(found.values()))
        plans = [p for sha, s in found.items() if sha in sources and (p := self._plan(s, sources[sha]))]
        with self.store.writing() as tx:
            busy = {p.original for p in (*tx.plans.open(self.name), *tx.plans.done(self.name, None))}
            fresh = tuple(p for p in plans if p.original not in busy)
            tx.plans.save(fresh)
            tx.strays.looked(self.name)
        return fresh

    def _looked_in(self) -> list[str]:
        """The renamed folders, and our own of copies."""
        listed = self.mailbox.folders()
        present = {f.name for f in listed if f.selectable}
        return [name for name in (*self.folders, *own_names(listed, CASES)) if name in present]

    def _strays(self, folder: str) -> Iterator[_Stray]:
        state = self._open(folder)
        if state is None:
            return
        claims = self.mailbox.copies(1)
        with self.store.writing() as tx:
            unknown = {uid: plan for uid, plan in claims.items() if plan and tx.plans.find(plan) is None}
        found = spots(self.mailbox, state, unknown)
        wanted = [found[uid] for uid in sorted(found) if not found[uid].deleted]
        for fetched in read_all(self.mailbox, wanted):
            uid, raw = fetched.place.uid or 0, fetched.read()
            original = restore(raw)
            if original is not None and uid in found:
                yield _Stray(unknown[uid], found[uid], raw, original)

    def _open(self, folder: str) -> FolderState | None:
        try:
            return self.mailbox.examine(folder)
        except (ConfigError, Refused):
            return None  # A person took it away in this moment.

    def _sources(self, strays: Sequence[_Stray]) -> dict[str, _Source]:
        """Where the originals lie, of those that are filed and in the archive."""
        wanted = tuple(s.sha256 for s in strays if self.kept(s.sha256))
        with self.store.writing() as tx:
            numbers = {
                sha: filing.number for sha, filing in tx.trees.filings(wanted).items() if filing.number
            }
        found: dict[str, _Source] = {}
        for folder in self.folders if numbers else ():
            for sha, source in self._lying(folder, numbers):
                if sha not in found or source.there:
                    found[sha] = source
        return found

    def _lying(self, folder: str, numbers: dict[str, CaseNumber]) -> Iterator[tuple[str, _Source]]:
        state = self._open(folder)
        if state is None:
            return
        with self.store.writing() as tx:
            lying = tx.places.lying(self.name, folder, state.uidvalidity)
        believed = {uid: one.sha256 for uid, one in lying.items() if one.sha256 in numbers}
        there = spots(self.mailbox, state, believed)
        for uid, sha in believed.items():
            yield sha, _Source(folder, state.uidvalidity, uid, uid in there, numbers[sha])

    def _plan(self, stray: _Stray, source: _Source) -> Plan | None:
        """The plan as it must have stood; None where nothing is left to be done."""
        replaces = stray.spot.folder == source.folder
        if not replaces and not source.there:
            return None
        return Plan(
            id=stray.plan,
            direction=Direction.RENAME,
            mode=Mode.REPLACE if replaces else Mode.COPY,
            # Only after RETIRING was committed may the original have left by our hand.
            state=PlanState.APPENDED if source.there else PlanState.RETIRING,
            mailbox=self.name,
            original=stray.sha256,
            number=source.number,
            folder=source.folder,
            uidvalidity=source.uidvalidity,
            uid=source.uid,
            subject_from=subject_of(stray.original),
            subject_to=subject_of(stray.copy),
            due=self.now,
            copy=sha256(stray.copy),
            uidnext_before=stray.spot.uid,
            copy_folder=stray.spot.folder,
            copy_uidvalidity=stray.spot.uidvalidity,
            copy_uid=stray.spot.uid,
            originals_folder=None if source.there else self._originals(),
        )

    def _originals(self) -> str | None:
        listed = self.mailbox.folders()
        present = {f.name for f in listed}
        return next((name for name in own_names(listed, ORIGINALS) if name in present), None)
