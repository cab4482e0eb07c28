"""What happens in the simulated weeks, day by day: the routine of an office, and one trouble at a time."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta

from weeks.letters import KIM, SUPPORT, Case, Letter, Post, by_another_way
from weeks.world import DONE, PROJECTS, SENT, Lying, World

OWNERS = {"support": SUPPORT, "kim": KIM}


class Story:
    """Plays it. ``heard_of`` counts the outages that last long enough for an alarm.

    ``maybe`` names readers and days whose digest may have come twice.
    """

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.post = Post(seed)
        self.chance = random.Random(seed)
        self.cases: list[Case] = []
        self.heard_of = 0
        self.maybe: set[tuple[str, date]] = set()
        self._first_midnight = self._midnight = world.now
        self._troubles: dict[int, Callable[[], None]] = {
            1: self._an_hour_without_imap,
            2: self._restart_over_the_digest,
            3: self._smtp_refuses_over_the_digest,
            4: self._killed_again_and_again,
            5: self._another_configuration,
            6: self._lines_are_cut,
            7: self._days_without_imap,
            10: self._smtp_is_gone_over_the_digest,
            11: self._an_answer_is_lost,
            12: self._killed_while_sending,
            13: self._moved_too_soon,
            14: self._a_folder_is_made_anew,
            15: self._switched_off,
            17: self._reindexed_while_it_runs,
            18: self._restart_without_imap,
        }

    # ── the frame ─────────────────────────────────────────────────────────────

    def begin(self) -> datetime:
        """A mailbox with a past, a first start; when the watching began."""
        case = self._new_case("tracking", "support")
        self._deliver("support", self.post.opening(case, self._now - timedelta(hours=5)), late=False)
        self._deliver("support", self.post.noise(SUPPORT, self._now), late=False)
        self._to(hours=6)
        self.world.start()
        return self._now

    def live(self, day: int) -> None:
        """One day, midnight to midnight UTC; Seoul's office hours are its first nine."""
        self._midnight = self._first_midnight + timedelta(days=day)
        if self._now >= self._midnight + timedelta(days=1):
            return  # The trouble of yesterday took longer.
        if day and self._now < self._midnight + timedelta(hours=1):
            self._to(hours=1)
            self._morning(day)
        self._troubles.get(day, self._quiet)()
        self._evening()
        if self._now < self._midnight + timedelta(days=1):
            self._to(hours=24)

    def finish(self) -> None:
        """Let the last things settle, and end."""
        self._to(hours=24 + 8)
        self.world.later(minutes=10)
        self.world.end()

    # ── the routine ───────────────────────────────────────────────────────────

    def _morning(self, day: int) -> None:
        """A new case every other day, and news of older ones."""
        mailbox = self.chance.choice(("support", "kim"))
        if day % 2:
            self._begin_case(self.chance.choice(("tracking", "reg", "srx")), mailbox, known=day % 4 == 1)
        for case in self.chance.sample(self.cases, min(2, len(self.cases))):
            write = self.chance.choice(
                (self.post.follow_up, self.post.follow_up, self.post.lost_number, self.post.automatic)
            )
            self._deliver(self._home(case), write(case, self._now))
        self._deliver(mailbox, self.post.noise(OWNERS[mailbox], self._now))
        if day % 5 == 0:
            self._deliver(mailbox, self.post.unnumbered(OWNERS[mailbox], self._now))
            self._deliver(mailbox, self.post.phishing(self.chance.choice(self.cases), self._now))
        if day % 3 == 0:
            self._to_both(self.chance.choice(self.cases))
        self.world.later(minutes=10)
        self.world.later(minutes=5)

    def _begin_case(self, kind: str, mailbox: str, *, known: bool) -> None:
        """``known``: the mail it began with was written before there was a number."""
        case = self._new_case(kind, mailbox)
        if known:
            self._deliver(mailbox, self.post.before_the_number(case, self._now), SENT)
            self.world.later(minutes=10)
        self._deliver(mailbox, self.post.opening(case, self._now))
        if kind == "tracking":
            self._deliver(mailbox, self.post.number_in_text(case, self._now))

    def _to_both(self, case: Case) -> None:
        """One mail to both mailboxes: as it is, or with another way written on it."""
        letter = self.post.follow_up(case, self._now)
        self._deliver("support", letter)
        self._deliver("kim", self.chance.choice((letter, by_another_way(letter))))

    def _evening(self) -> None:
        """A person goes through his mail: answers, flags, moves, deletes."""
        there = [one for one in self.world.lying if one.folder == "INBOX" and one.letter.number]
        for lying in self.chance.sample(there, min(3, len(there))):
            self.chance.choice((self._answer, self._flag, self._file_away, self._delete))(lying)

    def _answer(self, lying: Lying) -> None:
        case = next(c for c in self.cases if c.number == lying.letter.number)
        letter = self.post.our_answer(case, self._now, self.world.subject(lying))
        self._deliver(lying.mailbox, letter, SENT)
        self.world.flag(lying, r"\Answered", r"\Seen")

    def _flag(self, lying: Lying) -> None:
        self.world.flag(lying, self.chance.choice((r"\Flagged", r"\Seen", "$Important")))

    def _file_away(self, lying: Lying) -> None:
        self.world.move(lying, self.chance.choice((DONE, PROJECTS)))

    def _delete(self, lying: Lying) -> None:
        self.world.delete(lying)

    # ── troubles ──────────────────────────────────────────────────────────────

    def _quiet(self) -> None:
        self._to(hours=9)

    def _an_hour_without_imap(self) -> None:
        """And before that a few minutes, of which nobody hears."""
        self._fresh_look()
        self.world.imap_goes()
        self.world.later(minutes=10)
        self.world.imap_returns()
        self.world.later(minutes=20)
        self._imap_away(hours=1, minutes=self.chance.randrange(15, 90))

    def _days_without_imap(self) -> None:
        """Two days and some hours, mailwatch restarted in between; everybody else goes on."""
        self._to(hours=12)
        self._fresh_look()
        self.world.imap_goes()
        self.world.later(hours=20)
        self.world.end()
        self.world.later(minutes=30)
        self.world.start()
        self.world.later(hours=30)
        self.world.imap_returns()
        self.heard_of += 1
        # Twenty minutes are left of the day in Seoul.
        self.world.later(minutes=10)
        self.world.later(minutes=20)

    def _restart_over_the_digest(self) -> None:
        """It does not run at 09:00 in Berlin, and comes back in time for a late one."""
        self._to(hours=6, minutes=30)
        self.world.end()
        self._to(hours=9, minutes=30)
        self.world.start()

    def _smtp_refuses_over_the_digest(self) -> None:
        self._to(hours=6)
        self.world.smtp_refuses("451 4.7.1 try again later")
        self._to(hours=10)
        self.world.smtp_returns()
        self.world.later(minutes=30)

    def _smtp_is_gone_over_the_digest(self) -> None:
        self._to(hours=6)
        self.world.smtp_goes()
        self._to(hours=9, minutes=30)
        self.world.smtp_returns()
        self.world.later(minutes=30)

    def _killed_again_and_again(self) -> None:
        """While mail is being fetched, filed and renamed, at whatever instruction."""
        for hour in (3, 4, 5):
            self._to(hours=hour)
            for case in self.cases[-3:]:
                self._deliver(self._home(case), self.post.follow_up(case, self._now))
            if self.chance.random() < 0.5:
                self.world.later(minutes=1)
            self.world.kill()
            self.world.later(seconds=self.chance.randrange(5, 300))
            self.world.start()

    def _another_configuration(self) -> None:
        """First a wrong one, which changes nothing, then one that asks for less."""
        self._to(hours=5)
        good = self.world.house.config.read_text()
        self.world.house.config.write_text(good + "polll: 5 min\n")
        self.world.time.read_again("reload-refused")
        self.world.house.config.write_text(good.replace("log: {level: info}", "log: {level: debug}"))
        self.world.time.read_again("reload")

    def _lines_are_cut(self) -> None:
        """The server drops its connections: they are made again, and nobody is troubled."""
        self._fresh_look()
        for user in self.world.users.values():
            self.world.dovecot.drop_connections(user.name)
        self.world.later(minutes=20)

    def _an_answer_is_lost(self) -> None:
        """SMTP takes the digest of Berlin and says nothing: the same bytes once more."""
        self._to(hours=7, minutes=30)
        self.world.sink.failures.drop = "after-data"
        self._to(hours=8)
        self.world.sink.failures.drop = None
        self.maybe.add(("jonas@contoso.example", self._now.date()))
        self.world.later(minutes=40)

    def _killed_while_sending(self) -> None:
        """The same by our own fault."""
        self._to(hours=7, minutes=30)
        self.world.killed_after_data(self._midnight + timedelta(hours=8))
        self.maybe.add(("jonas@contoso.example", self._now.date()))
        self.world.later(minutes=20)
        self.world.start()
        self.world.later(minutes=20)

    def _moved_too_soon(self) -> None:
        """A person is faster than the rename: his mail stays as it is, where he put it."""
        self._to(hours=4)
        lying = self._deliver("support", self.post.follow_up(self.cases[0], self._now))
        self.world.later(seconds=20)
        self.world.move(lying, DONE)
        lying.renamed = False
        self.world.later(minutes=5)

    def _a_folder_is_made_anew(self) -> None:
        self._to(hours=4)
        for case in self.cases[:2]:
            self._deliver("support", self.post.follow_up(case, self._now), PROJECTS)
        self.world.later(hours=3)
        self.world.later(minutes=5)
        self.world.recreate("support", PROJECTS)
        self.world.later(hours=4)

    def _switched_off(self) -> None:
        """For more than a day; mail goes on arriving."""
        self._to(hours=5)
        self.world.end()
        for _ in range(4):
            self.world.later(hours=9)
            case = self.chance.choice(self.cases)
            self._deliver(self._home(case), self.post.follow_up(case, self._now))
        self.world.start()
        self.world.later(minutes=10)

    def _reindexed_while_it_runs(self) -> None:
        self._to(hours=5)
        self._deliver("kim", self.post.follow_up(self.cases[-1], self._now))
        done = self.world.house.process("reindex")
        assert 0 == done.returncode, done.stderr
        self._deliver("kim", self.post.follow_up(self.cases[-1], self._now))

    def _restart_without_imap(self) -> None:
        """Killed while the mail server is away: no second alarm, and one word when it is back."""
        self._fresh_look()
        self.world.imap_goes()
        self.world.later(minutes=30)
        self.world.later(minutes=90)
        self.world.kill()
        self.world.start()
        self.world.later(hours=2)
        self.world.imap_returns()
        self.heard_of += 1
        self.world.later(minutes=30)

    # ── within ────────────────────────────────────────────────────────────────

    @property
    def _now(self) -> datetime:
        return self.world.now

    def _to(self, **parts: float) -> None:
        """To an hour of the day, where it is not over."""
        self.world.to(max(self._now, self._midnight + timedelta(**parts)))

    def _new_case(self, kind: str, mailbox: str) -> Case:
        self.cases.append(self.post.case(kind, self._now, OWNERS[mailbox]))
        return self.cases[-1]

    def _home(self, case: Case) -> str:
        return "support" if case.owner == SUPPORT else "kim"

    def _deliver(self, mailbox: str, letter: Letter, folder: str = "INBOX", *, late: bool = True) -> Lying:
        return self.world.deliver(mailbox, letter, folder, late=late)

    def _fresh_look(self) -> None:
        """So that what follows begins with a mailbox that was read well a moment ago."""
        for name, address in OWNERS.items():
            self._deliver(name, self.post.noise(address, self._now))
        self.world.later(minutes=10)

    def _imap_away(self, **parts: float) -> None:
        self._fresh_look()
        self.world.imap_goes()
        back = self._now + timedelta(**parts)
        while self._now < back:
            self.world.to(min(back, self._now + timedelta(minutes=10)))
        self.world.imap_returns()
        self.heard_of += 1
        self.world.later(minutes=30)
