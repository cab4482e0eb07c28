"""Find out what a server makes of stored mail, by mails of our own in a folder of our own.

No mail of the user's is touched. Every mail of the probe is removed again once its
fetched bytes prove that it is ours; what a crash leaves behind, the next probe removes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mailwatch.core.fidelity import Fidelity, Offer, Probe, Profile, must_probe
from mailwatch.core.rename_sight import DELETED, Spot
from mailwatch.errors import Refused
from mailwatch.jobs.rename.locate import HIGHEST_UID, MOST_READ, read_all, spots, uidnext_of
from mailwatch.jobs.rename.places import CASES, ORIGINALS, PROBE, PROBE_FOLDER, open_own_folder
from mailwatch.jobs.rename.probe_letters import WHEN, Letter, is_probe, letters
from mailwatch.jobs.rename.sweeping import Broom, broom_for, clear, take_away
from mailwatch.mime.resubject import restore
from mailwatch.ports import Capabilities, Clock, Fetched, FolderState, Mailbox, Store

_GMAIL = "X-GM-EXT-1"
_KEYWORD = "$MailwatchProbe"
_SYSTEM = frozenset({r"\Seen", r"\Flagged"})
_PLAIN, _ODD, _DELETED = range(3)


def offer_of(capabilities: Capabilities) -> Offer:
    """What the server says of itself, as far as renames go."""
    return Offer(
        capabilities.server, capabilities.move, capabilities.uidplus, labels=_GMAIL in capabilities.names
    )


@dataclass(frozen=True, slots=True)
class Prober:
    """Keeps the profiles of mailboxes' servers. ``ids`` gives fresh ids, 32 random hex digits each."""

    store: Store
    clock: Clock
    ids: Callable[[], str]

    def known(self, name: str) -> Profile | None:
        """What the newest probe of this mailbox found, however old it is."""
        with self.store.writing() as tx:
            newest = tx.probes.newest(name)
        return newest.profile if newest else None

    def profile(self, name: str, mailbox: Mailbox, *, replaces: bool, source: str | None) -> Profile | None:
        """What is known of the server today, after a probe where one must be made.

        Args:
            name: the mailbox's, in the configuration.
            mailbox: a line to it.
            replaces: mails are to be replaced, so that there will be a folder of originals anyway.
            source: the folder of a rename that waits to be begun; None: there is none.

        Raises:
            Refused: the server does not let us, and nothing is known of it yet.
        """
        offer = offer_of(mailbox.capabilities())
        with self.store.writing() as tx:
            newest = tx.probes.newest(name)
        if not must_probe(newest, offer, self.clock(), due=source is not None):
            return newest.profile if newest else None
        target = ORIGINALS if replaces else CASES
        try:
            return self._probe(name, mailbox, newest, offer, target=target, source=source or "INBOX")
        except Refused:
            if newest is None or newest.profile is None:
                raise
            return newest.profile

    def _probe(
        self, name: str, mailbox: Mailbox, newest: Probe | None, offer: Offer, *, target: str, source: str
    ) -> Profile:
        old = newest.profile if newest else None
        probe = Probe(self.ids(), self.clock(), old)
        if newest is not None:
            # A try that is refused counts, too: the next one may wait.
            self._save(name, Probe(newest.id, probe.begun, old))
            clear(mailbox, letters(newest.id), broom_for(mailbox, offer))
        self._save(name, probe)
        trial = Trial(mailbox, letters(probe.id), offer, target, source)
        profile = Profile(self.clock(), offer, trial.run())
        self._save(name, replace(probe, profile=profile))
        return profile

    def _save(self, name: str, probe: Probe) -> None:
        with self.store.writing() as tx:
            tx.probes.save(name, probe)


@dataclass(slots=True)
class Trial:
    """One probe. ``ours`` are its mails: a plain one, an odd one, and one marked as deleted."""

    mailbox: Mailbox
    ours: Sequence[Letter]
    offer: Offer
    target: str
    source: str
    _found: Fidelity = field(default_factory=Fidelity)

    def run(self) -> Fidelity:
        """Store, look, remove, move, and leave nothing behind.

        Raises:
            Refused: the server does not let us.
        """
        state = open_own_folder(self.mailbox, PROBE, self.source)
        if self.offer.uidplus:
            self._make_room(state)
        low = uidnext_of(self.mailbox, state)
        answers = [self._append(state, n) for n in (_PLAIN, _ODD, _DELETED)]
        state = self.mailbox.select(state.folder)
        seen = self._look(state, low)
        self._weigh(state, answers, seen)
        # Where folders are labels, what leaves a folder is still in the mailbox: that is no test.
        if self._found.stored and self.offer.uidplus and not self.offer.labels:
            self._expunge(seen)
            self._move(state, seen)
        # What does not spare others must not be let loose in a folder with mails of the user's.
        broom = broom_for(self.mailbox, self.offer) if self._found.spares else Broom()
        return replace(self._found, swept=clear(self.mailbox, self.ours, broom))

    def _make_room(self, state: FolderState) -> None:
        """Remove what any probe has left here.

        Where somebody else's mail is marked as deleted, what UID EXPUNGE takes is not tried out.
        """
        found = spots(self.mailbox, state, self.mailbox.search(1, HIGHEST_UID)[:MOST_READ])
        old = {f.place.uid or 0 for f in read_all(self.mailbox, list(found.values())) if is_probe(f.read())}
        if any(spot.deleted for uid, spot in found.items() if uid not in old):
            raise Refused(
                PROBE_FOLDER, "the folder {folder} holds mail that is not ours", folder=state.folder
            )
        take_away(self.mailbox, sorted(old), broom_for(self.mailbox, self.offer))

    def _append(self, state: FolderState, n: int) -> tuple[int, int] | None:
        flags = {_PLAIN: _permitted(state), _ODD: (), _DELETED: (DELETED,)}[n]
        return self.mailbox.append(state.folder, self.ours[n].raw, flags, WHEN)

    def _look(self, state: FolderState, low: int) -> Mapping[int, tuple[Spot, Fetched]]:
        """Which of our mails lies where, by its number; the rest of the folder is left alone."""
        claims = self.mailbox.copies(low)
        numbers = {letter.plan: n for n, letter in enumerate(self.ours)}
        listed = spots(self.mailbox, state, (uid for uid, plan in claims.items() if plan in numbers))
        read = {f.place.uid: f for f in read_all(self.mailbox, list(listed.values()))}
        return {numbers[claims[uid]]: (spot, read[uid]) for uid, spot in listed.items() if uid in read}

    def _weigh(
        self,
        state: FolderState,
        answers: Sequence[tuple[int, int] | None],
        seen: Mapping[int, tuple[Spot, Fetched]],
    ) -> None:
        """What became of the mails that were stored."""
        if _PLAIN not in seen:
            self._found = replace(self._found, stored=False)
            return
        spot, fetched = seen[_PLAIN]
        raw = fetched.read()
        told = {n: answer for n, answer in enumerate(answers) if answer is not None and n in seen}
        self._found = replace(
            self._found,
            distinct=_ODD in seen,
            exact=raw == self.ours[_PLAIN].raw and restore(raw) is not None,
            alike=self.ours[_PLAIN].wrote(raw),
            raw_header=_ODD in seen and seen[_ODD][1].read() == self.ours[_ODD].raw,
            date=spot.internaldate == WHEN,
            flags=_SYSTEM & set(_permitted(state)) <= spot.flags,
            keywords=_KEYWORD in spot.flags,
            true_uids=all(answer == (state.uidvalidity, seen[n][0].uid) for n, answer in told.items()),
        )

    def _expunge(self, seen: Mapping[int, tuple[Spot, Fetched]]) -> None:
        """Remove one mail by its UID, beside another one that is marked as deleted."""
        if _ODD not in seen or _DELETED not in seen:
            return
        odd, other = seen[_ODD][0].uid, seen[_DELETED][0].uid
        if not self.ours[_ODD].wrote(seen[_ODD][1].read()):
            return
        self.mailbox.remove([odd])
        left = self.mailbox.list([odd, other])
        self._found = replace(self._found, removes=odd not in left, spares=other in left)

    def _move(self, state: FolderState, seen: Mapping[int, tuple[Spot, Fetched]]) -> None:
        """Move one mail to the folder that renames move originals to, and look at both ends."""
        if not (self.offer.move and self._found.spares and self._found.alike):
            return
        spot, before = seen[_PLAIN]
        target = open_own_folder(self.mailbox, self.target, self.source)
        low = uidnext_of(self.mailbox, target)
        self.mailbox.select(state.folder)
        told = self.mailbox.move([spot.uid], target.folder).get(spot.uid)
        gone = spot.uid not in self.mailbox.list([spot.uid])
        target = self.mailbox.select(target.folder)
        there = self._look(target, low).get(_PLAIN)
        same = there is not None and there[1].read() == before.read()
        true = told is None or there is None or told == (target.uidvalidity, there[0].uid)
        self._found = replace(self._found, moves=gone and same, true_uids=self._found.true_uids and true)


def _permitted(state: FolderState) -> tuple[str, ...]:
    keyword = {_KEYWORD} if r"\*" in state.permanent_flags else set()
    return tuple(sorted((_SYSTEM & state.permanent_flags) | keyword))
