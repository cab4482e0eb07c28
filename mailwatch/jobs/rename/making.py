"""Make rename plans: which filed mails get the standard subject, and which one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from mailwatch.core.casenumber import CaseNumber, Scheme
from mailwatch.core.entries import CaseFrozen, Text
from mailwatch.core.renamable import Consent, arrived, may_rename
from mailwatch.core.renaming import Candidate, Direction, Plan, PlanState
from mailwatch.core.subject import standard_subject
from mailwatch.jobs.rename.record import RenameRow
from mailwatch.ports import CaseRow, Library, Transaction


@dataclass(frozen=True, slots=True)
class Proposal:
    """One candidate with its case. ``why`` says why it is not renamed, None where it is."""

    candidate: Candidate
    case: CaseRow
    subject: str
    why: str | None

    def row(self) -> RenameRow:
        """As a person sees it before anything is done."""
        c = self.candidate
        state = PlanState.PLANNED if self.why is None else "skipped"
        return RenameRow(c.filing.sha256, str(self.case.number), c.subject, self.subject, state, self.why)


@dataclass(frozen=True, slots=True)
class Maker:
    """Proposes and makes plans. ``ids`` gives fresh plan ids, 32 random hex digits each."""

    schemes: Sequence[Scheme]
    ids: Callable[[], str]
    kept: Callable[[str], bool]

    def propose(
        self, transaction: Transaction, library: Library, mailbox: str, consent: Consent
    ) -> Iterator[Proposal]:
        """Every filed mail of one folder, with the subject it would get."""
        cases: dict[CaseNumber, CaseRow | None] = {}
        found = transaction.plans.candidates(mailbox, consent.folder, since=consent.since)
        for candidate in found:
            number = candidate.filing.number
            if number is None:
                continue
            if number not in cases:
                cases[number] = library.case(number.canonical)
            case = cases[number]
            if case is not None:
                yield self._proposal(candidate, case, consent)

    def _proposal(self, candidate: Candidate, case: CaseRow, consent: Consent) -> Proposal:
        subject = standard_subject(case.token, candidate.subject, case.number, self.schemes, title=case.title)
        why = may_rename(candidate, consent)
        if why is None and subject == candidate.subject:
            why = "already-standard"
        if why is None and not self.kept(candidate.filing.sha256):
            why = "not-archived"
        return Proposal(candidate, case, subject, why)

    def make(
        self, transaction: Transaction, library: Library, mailbox: str, consent: Consent, settle: timedelta
    ) -> tuple[Plan, ...]:
        """Plans for what may be renamed. The first plan of a case freezes its token and title."""
        wanted = [p for p in self.propose(transaction, library, mailbox, consent) if p.why is None]
        fresh = {p.case.number: p.case for p in wanted if not p.case.frozen}
        for case in fresh.values():
            transaction.ledger.record(_frozen(case))
        plans: dict[str, Plan] = {}
        for proposal in wanted:
            # Of several UIDs with the same bytes the first is renamed, the others are left alone.
            sha256 = proposal.candidate.filing.sha256
            plans[sha256] = plans.get(sha256) or self._plan(proposal, mailbox, consent, settle)
        transaction.plans.save(list(plans.values()))
        return tuple(plans.values())

    def _plan(self, proposal: Proposal, mailbox: str, consent: Consent, settle: timedelta) -> Plan:
        candidate, place = proposal.candidate, proposal.candidate.place
        assert place.folder is not None
        assert place.uidvalidity is not None
        assert place.uid is not None
        return Plan(
            id=self.ids(),
            direction=Direction.RENAME,
            mode=consent.mode,
            state=PlanState.PLANNED,
            mailbox=mailbox,
            original=candidate.filing.sha256,
            number=proposal.case.number,
            folder=place.folder,
            uidvalidity=place.uidvalidity,
            uid=place.uid,
            subject_from=candidate.subject,
            subject_to=proposal.subject,
            due=_due(candidate, settle),
        )


def _due(candidate: Candidate, settle: timedelta) -> datetime:
    """The user's own filters get ``settle`` to do their work first."""
    return arrived(candidate) + settle


def _frozen(case: CaseRow) -> CaseFrozen:
    return CaseFrozen(case.number.scheme, case.number.canonical, case.token, Text(case.title))
